"""Writes attributions as tags of Sentry's events and transactions; grouping and fingerprints stay what they were."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from whose.attribution import Attributor, current
from whose.costs import Costs
from whose.errors import ConfigurationError, Problem, contain
from whose.model import (
    CODE_OWNER,
    CODE_OWNER_AT_FAULT,
    CODE_OWNER_AT_FAULT_ALL,
    CODE_OWNER_CALLER,
    CODE_OWNER_MODULE,
    CODE_OWNER_REASON,
    CODE_OWNER_ROOT,
    CODE_OWNER_SOURCE,
    Attribution,
    Fault,
)
from whose.sinks.sentry_monitors import Monitors

#: Sentry's limits (https://docs.sentry.io/platforms/python/enriching-events/tags/): longer keys are refused by the
#: server, longer values cut there.
LONGEST_KEY = 32
LONGEST_VALUE = 200
#: Works for which Sentry's integrations keep a scope of their own, so that tags end with the work.
_WITH_SCOPE = frozenset({"request", "task"})
#: The keys that we may write, besides one a level.
_KEYS = frozenset(
    {
        CODE_OWNER,
        CODE_OWNER_MODULE,
        CODE_OWNER_SOURCE,
        CODE_OWNER_REASON,
        CODE_OWNER_CALLER,
        CODE_OWNER_ROOT,
        CODE_OWNER_AT_FAULT,
        CODE_OWNER_AT_FAULT_ALL,
    }
)


class _OwnTags(dict[str, Any]):
    """The tags of a scope that ours were put into; a copy of the scope has a plain dict (``Scope.__copy__``)."""

    __slots__ = ()


#: Stands for the tags of a scope that keeps them elsewhere than any version 2 does; then they are set one by one.
_ELSEWHERE = _OwnTags(elsewhere=True)


class SentrySink:
    """Speaks to sentry-sdk 2.

    Raises:
        ImportError: the package ``sentry-sdk`` is not installed.

    """

    def __init__(self) -> None:
        import sentry_sdk

        self._sdk = sentry_sdk
        self._get_scope = sentry_sdk.Scope.get_isolation_scope
        #: All keys that we write, under the names that they have here.
        self._keys: frozenset[str] = frozenset()
        self._attributor: Attributor | None = None
        self._monitors = Monitors()

    @staticmethod
    def is_active() -> bool:
        """Tell whether the SDK was loaded into this process."""
        return "sentry_sdk" in sys.modules

    def install(self, attributor: Attributor) -> None:
        """Check the keys, and have every event carry who is at fault for it.

        Raises:
            ConfigurationError: a key is longer than Sentry takes.

        """
        self._name_keys(attributor)
        self._attributor = attributor
        from sentry_sdk.scope import add_global_event_processor, global_event_processors

        if not any(getattr(known, "__self__", None) is self for known in global_event_processors):
            add_global_event_processor(self._enrich)
        self._monitors.install()

    def uninstall(self) -> None:
        """Undo it."""
        from sentry_sdk.scope import global_event_processors

        self._monitors.uninstall()
        self._attributor = None
        mine = [known for known in global_event_processors if getattr(known, "__self__", None) is self]
        for processor in mine:
            global_event_processors.remove(processor)

    def record(self, attribution: Attribution) -> None:
        """Tag the scope of the request or task that begins; nested work only where Sentry gives it one of its own.

        It does for an eager task and a test client's request. Such a scope came with a copy of the outer tags.
        """
        if attribution.work.kind in _WITH_SCOPE:
            scope = self._get_scope()
            if not attribution.is_nested or type(getattr(scope, "_tags", None)) is not _OwnTags:
                self._tag(scope, _cut(attribution.attributes))

    def prepared(self, attribution: Attribution) -> Mapping[str, str] | None:
        """Return the tags; None for work of which Sentry makes no scope."""
        return _cut(attribution.attributes) if attribution.work.kind in _WITH_SCOPE else None

    def write(self, tags: Mapping[str, str] | None) -> None:
        """Do as ``record`` does for work that is not nested."""
        if tags is not None:
            get_scope = self._get_scope
            scope = get_scope()
            if getattr(scope, "_tags", _ELSEWHERE):
                self._tag(scope, tags)
            else:
                scope._tags = _OwnTags(tags)

    def _tag(self, scope: Any, tags: Mapping[str, str]) -> None:
        """Put tags in the place of what another work may have left in a scope, beside the tags of others."""
        present = getattr(scope, "_tags", _ELSEWHERE)
        if present is _ELSEWHERE:
            for key, value in tags.items():
                scope.set_tag(key, value)
            return
        others = {key: value for key, value in present.items() if key not in self._keys}
        scope._tags = _OwnTags({**others, **tags})

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Tag the transaction that fails; its error event is tagged by what it holds itself."""
        if not attribution.is_nested and attribution.work.kind in _WITH_SCOPE and fault.attributes:
            scope = self._get_scope()
            for key, value in _cut(fault.attributes).items():
                scope.set_tag(key, value)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Write what the work cost as data of the span that is running."""
        span = self._sdk.get_current_span()
        if span is not None:
            for key, value in costs.attributes.items():
                span.set_data(key, value)

    def _enrich(self, event: Any, hint: Any) -> Any:
        """Add tags to an event that is about to be sent: the running work's, and who is at fault for its exception."""
        try:
            if self._attributor is None:
                return event
            attribution = current()
            found: dict[str, str] = {}
            if attribution is not None and attribution.work.kind not in _WITH_SCOPE and not attribution.is_nested:
                found.update(attribution.attributes)
            record = (hint or {}).get("log_record")
            if attribution is None and record is not None:
                # Celery's main process reports of tasks that ended outside their body; hosts know whose they were.
                told = (read(record) for read in self._attributor.record_readers)
                attribution = next((answer for answer in told if answer is not None), None)
                if attribution is not None:
                    found.update(attribution.attributes)
            failure = (hint or {}).get("exc_info")
            if failure and isinstance(failure[1], BaseException):
                found.update(self._attributor.fault_attributes(failure[1], sink=self))
            if found:
                tags = event.setdefault("tags", {})
                if isinstance(tags, dict):
                    tags.update(_cut(found))
        except Exception as error:
            contain(error, cause="sink sentry")
        return event

    def _name_keys(self, attributor: Attributor) -> None:
        outlet = next((outlet for outlet in attributor.outlets if outlet.sink is self), None)
        renamed = outlet.keys if outlet is not None else {}
        levels = {f"{CODE_OWNER}_{level}" for team in attributor.resolver.index.teams.values() for level in team.levels}
        keys = _KEYS | levels
        self._keys = frozenset(renamed.get(key, key) for key in keys)
        problems = [
            Problem(
                f"key {renamed.get(key, key)!r}",
                f"is longer than the {LONGEST_KEY} characters that Sentry takes for a tag",
                f'give it a shorter name: [tool.whose.keys.sentry] {key} = "..."',
            )
            for key in sorted(keys)
            if len(renamed.get(key, key)) > LONGEST_KEY
        ]
        if problems:
            raise ConfigurationError(problems)


def _cut(values: Mapping[str, str]) -> Mapping[str, str]:
    if max(map(len, values.values()), default=0) <= LONGEST_VALUE:
        return values
    return {key: value[:LONGEST_VALUE] for key, value in values.items()}
