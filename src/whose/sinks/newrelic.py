"""Writes attributions as custom attributes of New Relic's transaction, from where they reach its error events too."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whose.attribution import Attributor
from whose.costs import Costs
from whose.errors import contain
from whose.model import Attribution, Fault
from whose.patches import Patches

#: A transaction takes 64 custom attributes, from version 10 of the agent on 128; from here on the agent counts them.
_ROOM = 32


#: Stands for what an agent keeps elsewhere than all versions from 9 on do; nothing is made ready then.
_ELSEWHERE: dict[str, Any] = {}
#: The settings under which nothing was made yet.
_NONE = object()


class _Prepared:
    """Attributes, and what the agent made of them under some settings."""

    __slots__ = ("attributes", "made", "settings")

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.attributes = attributes
        self.settings: object = _NONE
        self.made: Mapping[str, Any] = {}


class NewRelicSink:
    """Speaks to New Relic's Python agent.

    Raises:
        ImportError: the package ``newrelic`` is not installed.

    """

    def __init__(self) -> None:
        # Straight from where it is defined: newrelic.agent wraps each call and imports all of the agent.
        from newrelic.api.transaction import current_transaction

        self._current_transaction = current_transaction
        self._patches = Patches()

    def install(self, attributor: Attributor) -> None:
        """Have every error that the agent notices carry who is at fault for it.

        ``TimeTrace.notice_error`` is where all of them pass, those that leave a transaction and those that user code
        reports; wrapped from version 9 of the agent on. The stack that it sends with an error, and groups errors by,
        reaches out past where the exception was caught to whoever runs the work; it goes without our frames.
        """
        from newrelic.api import transaction
        from newrelic.api.time_trace import TimeTrace

        def noticing(original: Any) -> Any:
            @functools.wraps(original)
            def notice_error(self_: Any, error: Any = None, attributes: Any = None, *args: Any, **kwargs: Any) -> Any:
                value = error[1] if isinstance(error, tuple | list) and len(error) == 3 else error
                if value is None:
                    value = sys.exc_info()[1]
                found = attributor.fault_attributes(value if isinstance(value, BaseException) else None, sink=self)
                if found and (attributes is None or isinstance(attributes, dict)):
                    attributes = {**found, **(attributes or {})}
                return original(self_, error, attributes, *args, **kwargs)

            return notice_error

        self._patches.replace(TimeTrace, "notice_error", noticing)
        self._patches.replace(transaction, "exception_stack", _without_us)

    def uninstall(self) -> None:
        """Undo it."""
        self._patches.undo()

    @staticmethod
    def is_active() -> bool:
        """Tell whether the agent was loaded into this process, or is configured by the environment."""
        return "newrelic.api.transaction" in sys.modules or any(
            name in os.environ
            for name in ("NEW_RELIC_LICENSE_KEY", "NEW_RELIC_CONFIG_FILE", "NEW_RELIC_DEVELOPER_MODE")
        )

    def record(self, attribution: Attribution) -> None:
        """Set the custom attributes of the transaction that is running.

        Nested work is made a part of the transaction around it (hooks/application_celery.py, ``FunctionTrace`` inside a
        transaction), which keeps its owner. Only a transaction that was told of none is opened for the nested work
        itself, as the agent before version 10 does for an error callback.
        """
        transaction = self._current_transaction()
        if transaction is None:
            return
        if attribution.is_nested and any(key in transaction._custom_params for key in attribution.attributes):
            return
        transaction.add_custom_attributes(attribution.attributes.items())

    def prepared(self, attribution: Attribution) -> _Prepared:
        """Return the attributes, to which ``write`` adds what the agent makes of them."""
        return _Prepared(attribution.attributes)

    def write(self, prepared: _Prepared) -> None:
        """Set the custom attributes for work that is not nested.

        What the agent makes of an attribute, which is most of the time that it takes, depends on its settings alone. It
        is made once for each settings, and then put where ``add_custom_attribute()`` puts it
        (newrelic/api/transaction.py, 9 and later).
        """
        current_transaction = self._current_transaction
        transaction = current_transaction()
        if transaction is None:
            return
        values: dict[str, Any] = getattr(transaction, "_custom_params", _ELSEWHERE)
        settings: object = getattr(transaction, "_settings", None)
        if settings is prepared.settings and len(values) <= _ROOM:
            values.update(prepared.made)
            return
        before = dict(values)
        transaction.add_custom_attributes(prepared.attributes.items())
        if values is not _ELSEWHERE and prepared.attributes.keys().isdisjoint(before) and len(values) <= _ROOM:
            prepared.made = {key: value for key, value in values.items() if key not in before}
            prepared.settings = settings

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Add who is at fault to the transaction that fails; that of nested work may yet succeed."""
        if attribution.is_nested:
            return
        transaction = self._current_transaction()
        if transaction is not None and fault.attributes:
            transaction.add_custom_attributes(fault.attributes.items())

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Add what the work cost, as numbers that NRQL can sum."""
        transaction = self._current_transaction()
        if transaction is not None:
            transaction.add_custom_attributes(costs.attributes.items())


#: How a line of the agent's begins that shows a frame of ours (``_format_stack_trace``, newrelic/core/stack_trace.py).
_OURS = f'File "{Path(__file__).parents[1]}{os.sep}'


def _without_us(original: Any) -> Any:
    @functools.wraps(original)
    def exception_stack(*args: Any, **kwargs: Any) -> Any:
        lines = original(*args, **kwargs)
        try:
            return [line for line in lines if not line.startswith(_OURS)]
        except Exception as error:
            contain(error, cause="keeping stacks as they were")
            return lines

    return exception_stack
