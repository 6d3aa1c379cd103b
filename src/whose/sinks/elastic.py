"""Writes attributions as labels of Elastic APM's transactions and errors."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import Any

from whose.attribution import Attributor, current
from whose.costs import Costs
from whose.errors import contain
from whose.model import CODE_OWNER_SOURCE, Attribution, Fault
from whose.patches import Patches


class ElasticSink:
    """Speaks to Elastic's Python agent.

    Raises:
        ImportError: the package ``elastic-apm`` is not installed.

    """

    def __init__(self) -> None:
        from elasticapm.traces import execution_context

        self._context = execution_context
        self._keys: Mapping[str, str] = {}
        #: The label that all of ours come with.
        self._source = CODE_OWNER_SOURCE
        self._patches = Patches()

    @staticmethod
    def is_active() -> bool:
        """Tell whether the agent was loaded into this process."""
        return "elasticapm" in sys.modules

    def install(self, attributor: Attributor) -> None:
        """Have every error that the agent captures carry who is at fault for it, and whose work it was.

        The agent copies a transaction's labels to the errors in it, but captures errors outside all transactions too:
        in the worker's main process, and of Django's requests under ASGI. ``Client._build_msg_for_logging`` is where
        all of them pass, in the context of the code that captures; wrapped from version 6.20 of the agent on.
        """
        from elasticapm.base import Client
        from elasticapm.utils.encoding import enforce_label_format

        self._keys = next((outlet.keys for outlet in attributor.outlets if outlet.sink is self), {})
        # The agent replaces dots and the like.
        (self._source,) = enforce_label_format({self._keys.get(CODE_OWNER_SOURCE, CODE_OWNER_SOURCE): ""})

        def building(original: Any) -> Any:
            @functools.wraps(original)
            def _build_msg_for_logging(client: Any, event_type: Any, *args: Any, **kwargs: Any) -> Any:
                message = original(client, event_type, *args, **kwargs)
                try:
                    if isinstance(message, dict):
                        self._label_error(message, attributor, kwargs.get("exc_info"))
                except Exception as error:
                    contain(error, cause="sink elastic")
                return message

            return _build_msg_for_logging

        self._patches.replace(Client, "_build_msg_for_logging", building)

    def uninstall(self) -> None:
        """Undo it."""
        self._patches.undo()

    def record(self, attribution: Attribution) -> None:
        """Label the transaction that is running; nested work only where the agent gave it one of its own."""
        if not attribution.is_nested or not self._is_labelled():
            self._label(attribution.attributes)

    def prepared(self, attribution: Attribution) -> Mapping[str, Any]:
        """Return the labels as the agent keeps them.

        ``Transaction.label()`` makes them of what it is given and puts them beside the others (elasticapm/traces.py,
        6.20 and later); here they are made but once.
        """
        from elasticapm.utils.encoding import enforce_label_format

        labels: Mapping[str, Any] = enforce_label_format(attribution.attributes)
        return labels

    def write(self, labels: Mapping[str, Any]) -> None:
        """Label the transaction of work that is not nested."""
        transaction = self._context.get_transaction()
        if transaction is not None:
            transaction.labels.update(labels)

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Label the transaction that fails."""
        if not attribution.is_nested:
            self._label(fault.attributes)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Label the transaction with what it cost, as numbers."""
        self._label(costs.attributes)

    def _is_labelled(self) -> bool:
        transaction = self._context.get_transaction()
        return transaction is None or self._source in transaction.labels

    def _label(self, labels: Mapping[str, str | float]) -> None:
        transaction = self._context.get_transaction()
        if transaction is not None and labels:
            transaction.label(**labels)

    def _label_error(self, message: dict[str, Any], attributor: Attributor, exc_info: object) -> None:
        from elasticapm.utils.encoding import enforce_label_format

        tags = message["context"].get("tags") or {}
        found: dict[str, str] = {}
        attribution = current()
        if attribution is not None and self._source not in tags:
            found.update(attribution.renamed(self._keys).attributes if self._keys else attribution.attributes)
        if "exception" in message:
            error = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) == 3 else sys.exc_info()[1]
            found.update(attributor.fault_attributes(error, sink=self))
        if found:
            message["context"]["tags"] = {**tags, **enforce_label_format(found)}
