"""Keeps the ledger of each running work, where the configuration asks for costs, and hands the outcome to the sinks."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import Token
from dataclasses import replace
from time import perf_counter

from whose.costs import Charge, Costs, Ledger, open_ledger, running_ledger
from whose.model import Attribution
from whose.outlets import Outlet

#: Says that a work is running; no thread may write to it.
NO_LEDGER = Ledger((), thread=0)


class Metering:
    """The metering of one run: of a whole work, which has the ledger, or of a part that is charged to its owner."""

    __slots__ = ("_charge", "_ledger", "_tells_queue", "_token")

    def __init__(
        self,
        ledger: Ledger,
        *,
        token: Token[Ledger | None] | None,
        charge: Charge | None,
        tells_queue: bool = True,
    ) -> None:
        self._ledger = ledger
        self._tells_queue = tells_queue
        self._token = token
        self._charge = charge

    def stop(self, attribution: Attribution | None, outlets: Collection[Outlet]) -> None:
        """End it; the end of a whole work is told to the sinks, under the attribution that it has by now."""
        if self._charge is not None:
            self._ledger.pop(self._charge)
            return
        self._close()
        if attribution is not None:
            team = attribution.ownership.team
            costs = self._ledger.closed(team.name if team is not None else None)
            # Unless costs ask for it, the wait in the queue is for metrics alone.
            unqueued = costs if self._tells_queue else replace(costs, queue_seconds=None)
            for outlet in outlets:
                outlet.record_costs(attribution, costs if outlet.counts else unqueued)

    def _close(self) -> None:
        try:
            if self._token is not None:
                open_ledger.reset(self._token)
        except ValueError:
            # The work ends in another context than it began in; that one keeps no ledger.
            open_ledger.set(None)


class Timing(Metering):
    """The metering of a whole work of which nothing but its wait and its duration is asked for, as metrics do."""

    __slots__ = ("_began", "_queue_seconds")

    def __init__(self, queue_seconds: float | None) -> None:
        super().__init__(NO_LEDGER, token=open_ledger.set(NO_LEDGER), charge=None)
        self._queue_seconds = queue_seconds
        self._began = perf_counter()

    def stop(self, attribution: Attribution | None, outlets: Collection[Outlet]) -> None:
        """End it, and tell the sinks how long it took."""
        seconds = perf_counter() - self._began
        self._close()
        if attribution is not None:
            costs = Costs(queue_seconds=self._queue_seconds, seconds=seconds)
            for outlet in outlets:
                if outlet.counts:
                    outlet.record_costs(attribution, costs)


class Meter:
    """Starts meterings of the parts of costs that are switched on."""

    def __init__(self, parts: Collection[str], *, has_metrics: bool = False) -> None:
        self.parts = frozenset(parts)
        #: Whether anybody wants to know how long a work was queued.
        self.measures_queue = has_metrics or "queue" in self.parts

    def start(self, attribution: Attribution | None, *, queue_seconds: float | None = None) -> Metering | None:
        """Begin a work, or a part of the work that is running; None in a thread that runs beside the work's own."""
        if not self.parts:
            return Timing(queue_seconds) if open_ledger.get() is None else None
        kept = running_ledger()
        if kept is not None:
            team = attribution.ownership.team if attribution is not None else None
            return Metering(kept, token=None, charge=kept.push(team.name if team is not None else None))
        if open_ledger.get() is not None:
            return None
        kept = Ledger(self.parts, queue_seconds=queue_seconds)
        return Metering(kept, token=open_ledger.set(kept), charge=None, tells_queue="queue" in self.parts)
