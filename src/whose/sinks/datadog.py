"""Writes attributions as tags of Datadog's spans: the entry span of the work, and the local root of its trace."""

from __future__ import annotations

import os
import sys
from typing import Any

from whose.attribution import at_entrance
from whose.costs import Costs
from whose.model import CODE_OWNER_SOURCE, Attribution, Fault

#: The tag by which Datadog's error tracking assigns an issue to a team.
TEAM = "team"
#: Names of the spans that ddtrace opens for work of its own, nested work included (ddtrace/contrib/internal/celery).
_ENTRIES = frozenset({"celery.run", "django.request"})


#: An attribution, its tags, and its tags with the team; None where there is no team to write.
_Tags = tuple[Attribution, dict[str, str], dict[str, str] | None]


class DatadogSink:
    """Speaks to ddtrace 3 and 4.

    ``WHOSE_DATADOG_TEAM=false`` leaves the tag ``team`` alone; one that the user has set always wins.

    Raises:
        ImportError: the package ``ddtrace`` is not installed.

    """

    def __init__(self) -> None:
        from ddtrace.trace import Span, tracer

        self._tracer = tracer
        # All strings at once, as spans take them since they are native (ddtrace 4); set_tags() looks at each.
        self._set_all = getattr(Span, "_set_attributes", Span.set_tags)
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

    def prepared(self, attribution: Attribution) -> _Tags:
        """Return the tags, without the team and with it."""
        return attribution, dict(attribution.attributes), self._with_team(attribution)

    def write(self, prepared: _Tags) -> None:
        """Do the same for work that begins here and now, mostly in a span that is its own and the local root too."""
        current_span = self._tracer.current_span
        span = current_span()
        if span is None or span.name not in _ENTRIES or span._parent is not None:
            self.record(prepared[0])
            return
        _, tags, with_team = prepared
        if with_team is not None and span.get_tag(TEAM) is None:
            tags = with_team
        set_all = self._set_all
        set_all(span, tags)

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
        with_team = self._with_team(attribution) if span.get_tag(TEAM) is None else None
        span.set_tags(with_team or attribution.attributes)

    def _with_team(self, attribution: Attribution) -> dict[str, str] | None:
        """Return the tags that say the team twice; None where there is none to say, or it is not wanted."""
        team = attribution.team
        return {**attribution.attributes, TEAM: team.name} if self._writes_team and team is not None else None
