"""Keeps the ledger of each running work, where the configuration asks for costs, and hands the outcome to the sinks."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import Token
from time import perf_counter

from whose.costs import Charge, Costs, Ledger, open_ledger, running_ledger
from whose.model import Attribution
from whose.outlets import Outlet

#: Says that a work is running; no thread may write to it.
_NO_LEDGER = Ledger((), thread=0)


class Metering:
    """The metering of one run: of a whole work, which has the ledger, or of a part that is charged to its owner."""

    __slots__ = ("_charge", "_ledger", "_token")

    def __init__(self, ledger: Ledger, *, token: Token[Ledger | None] | None, charge: Charge | None) -> None:
        self._ledger = ledger
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
            for outlet in outlets:
                outlet.record_costs(attribution, costs)

    def _close(self) -> None:
        try:
            if self._token is not None:
                open_ledger.reset(self._token)
        except ValueError:
            # The work ends in another context than it began in; that one keeps no ledger.
            open_ledger.set(None)


class Timing(Metering):
    """The metering of a whole work of which nothing but its duration is asked for, as metrics do."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        super().__init__(_NO_LEDGER, token=None, charge=None)
        self._began = perf_counter()

    def stop(self, attribution: Attribution | None, outlets: Collection[Outlet]) -> None:
        """End it, and tell the sinks how long it took."""
        seconds = perf_counter() - self._began
        if attribution is not None:
            costs = Costs(seconds=seconds)
            for outlet in outlets:
                outlet.record_costs(attribution, costs)


class Meter:
    """Starts meterings of the parts of costs that are switched on."""

    def __init__(self, parts: Collection[str]) -> None:
        self.parts = frozenset(parts)

    def start(
        self, attribution: Attribution | None, *, is_nested: bool = False, queue_seconds: float | None = None
    ) -> Metering | None:
        """Begin a work, or a part of the work that is running; None in a thread that runs beside the work's own.

        ``is_nested`` tells of a work whose attribution is not known yet that it runs inside another.
        """
        if not self.parts:
            return None if is_nested or (attribution is not None and attribution.is_nested) else Timing()
        kept = running_ledger()
        if kept is not None:
            team = attribution.ownership.team if attribution is not None else None
            return Metering(kept, token=None, charge=kept.push(team.name if team is not None else None))
        if open_ledger.get() is not None:
            return None
        kept = Ledger(self.parts, queue_seconds=queue_seconds)
        return Metering(kept, token=open_ledger.set(kept), charge=None)
