"""Writes attributions as tags of Datadog's spans: the entry span of the work, and the local root of its trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from whose.attribution import at_entrance
from whose.costs import Costs
from whose.model import CODE_OWNER_SOURCE, Attribution, Fault

#: The tag by which Datadog's error tracking assigns an issue to a team.
TEAM = "team"
#: Names of the spans that ddtrace opens for work of its own, nested work included (ddtrace/contrib/internal/celery).
_ENTRIES = frozenset({"celery.run", "django.request"})


class DatadogSink:
    """Speaks to ddtrace 3 and 4.

    ``WHOSE_DATADOG_TEAM=false`` leaves the tag ``team`` alone; one that the user has set always wins.

    Raises:
        ImportError: the package ``ddtrace`` is not installed.

    """

    def __init__(self) -> None:
        from ddtrace.trace import tracer

        self._tracer = tracer
        self._writes_team = os.environ.get("WHOSE_DATADOG_TEAM", "true").lower() not in ("false", "0", "no")

    @staticmethod
    def is_active() -> bool:
        """Tell whether the tracer was loaded into this process."""
        return "ddtrace" in sys.modules

    def record(self, attribution: Attribution) -> None:
        """Tag the span that stands for the work, and the local root where the work is not nested."""
        span = self._entry_span()
        if attribution.is_nested:
            if span is not None and span.name in _ENTRIES and span.get_tag(CODE_OWNER_SOURCE) is None:
                self._write(span, attribution)
            return
        if span is not None:
            self._write(span, attribution)
        root = at_entrance(self._tracer.current_root_span)
        if root is not None and root is not span:
            self._write(root, attribution)

    def record_entry(self, attribution: Attribution) -> None:
        """Do the same for work that begins here and now, mostly in a span that is its own and the local root too."""
        span = self._tracer.current_span()
        if span is not None and span.name in _ENTRIES and span._parent is None:
            self._write(span, attribution)
        else:
            self.record(attribution)

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Tag the span that fails, and the local root with it; of nested work, a span of its own only."""
        span = self._entry_span()
        if span is None or not fault.attributes:
            return
        if not attribution.is_nested:
            span.set_tags(fault.attributes)
            root = at_entrance(self._tracer.current_root_span)
            if root is not None and root is not span:
                root.set_tags(fault.attributes)
        elif all(span.get_tag(key) == value for key, value in attribution.attributes.items()):
            span.set_tags(fault.attributes)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Write what the work cost as metrics of the span."""
        span = self._entry_span()
        if span is not None:
            for key, value in costs.attributes.items():
                span.set_metric(key, value)

    def _entry_span(self) -> Any:
        """Return the span that ddtrace opened for the nearest work, past those of middleware; else the current one."""
        current = span = at_entrance(self._tracer.current_span)
        while span is not None and span.name not in _ENTRIES:
            span = span._parent
        return current if span is None else span

    def _write(self, span: Any, attribution: Attribution) -> None:
        tags: Mapping[str, str] = attribution.attributes
        team = attribution.team
        if self._writes_team and team is not None and span.get_tag(TEAM) is None:
            tags = {**tags, TEAM: team.name}
        span.set_tags(tags)
