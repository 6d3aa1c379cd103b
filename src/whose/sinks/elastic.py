"""Writes attributions as labels of Elastic APM's transaction, which its errors carry too."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from whose.costs import Costs
from whose.model import CODE_OWNER_SOURCE, Attribution, Fault


class ElasticSink:
    """Speaks to Elastic's Python agent.

    Raises:
        ImportError: the package ``elastic-apm`` is not installed.

    """

    def __init__(self) -> None:
        from elasticapm.traces import execution_context

        self._context = execution_context

    @staticmethod
    def is_active() -> bool:
        """Tell whether the agent was loaded into this process."""
        return "elasticapm" in sys.modules

    def record(self, attribution: Attribution) -> None:
        """Label the transaction that is running; nested work only where the agent gave it one of its own."""
        if not attribution.is_nested or not self._is_labelled():
            self._label(attribution.attributes)

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Label the transaction that fails; the agent copies the labels to the error (elasticapm/base.py, capture)."""
        if not attribution.is_nested:
            self._label(fault.attributes)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Label the transaction with what it cost, as numbers."""
        self._label(costs.attributes)

    def _is_labelled(self) -> bool:
        transaction = self._context.get_transaction()
        return transaction is None or CODE_OWNER_SOURCE in transaction.labels

    def _label(self, labels: Mapping[str, str | float]) -> None:
        transaction = self._context.get_transaction()
        if transaction is not None and labels:
            transaction.label(**labels)
