"""Writes attributions as custom attributes of New Relic's transaction, from where they reach its error events too."""

from __future__ import annotations

import os
import sys

from whose.costs import Costs
from whose.model import Attribution, Fault


class NewRelicSink:
    """Speaks to New Relic's Python agent.

    Raises:
        ImportError: the package ``newrelic`` is not installed.

    """

    def __init__(self) -> None:
        # Straight from where it is defined: newrelic.agent wraps each call and imports all of the agent.
        from newrelic.api.transaction import current_transaction

        self._current_transaction = current_transaction

    @staticmethod
    def is_active() -> bool:
        """Tell whether the agent was loaded into this process, or is configured by the environment."""
        return "newrelic.api.transaction" in sys.modules or any(
            name in os.environ
            for name in ("NEW_RELIC_LICENSE_KEY", "NEW_RELIC_CONFIG_FILE", "NEW_RELIC_DEVELOPER_MODE")
        )

    def record(self, attribution: Attribution) -> None:
        """Set the custom attributes of the transaction that is running.

        Nested work sets nothing: New Relic makes it a part of the transaction around it (hooks/application_celery.py,
        ``FunctionTrace`` inside a transaction), which keeps its owner.
        """
        if attribution.is_nested:
            return
        transaction = self._current_transaction()
        if transaction is not None:
            transaction.add_custom_attributes(attribution.attributes.items())

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Add who is at fault; the agent copies a transaction's custom attributes to its error events."""
        transaction = self._current_transaction()
        if transaction is not None and fault.attributes:
            transaction.add_custom_attributes(fault.attributes.items())

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Add what the work cost, as numbers that NRQL can sum."""
        transaction = self._current_transaction()
        if transaction is not None:
            transaction.add_custom_attributes(costs.attributes.items())
