"""Where attributions leave for the sinks: contained, renamed where asked, cut off while a sink is slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from whose.costs import Costs
from whose.errors import contain, logger
from whose.model import Attribution, Fault

#: A call that takes longer than this, in seconds, is late: a thousand times what a real sink needs.
LATE = 0.05
#: After this many late calls in a row a sink is left out for SUSPENDED seconds, then tried again.
MOST_LATE = 3
#: After a call in time that many go untimed: to read a clock twice takes as long as the rest of handing over.
UNTIMED = 15
SUSPENDED = 30.0
_MOST_RENAMED = 65_536
#: Takes the seconds that a work took, and those that it was queued; None where that is not known.
Observer = Callable[[float, float | None], object]


@runtime_checkable
class Sink(Protocol):
    """What receives attributions. One method is enough; see also ErrorSink and AttachedSink."""

    def record(self, attribution: Attribution) -> None:
        """Write an attribution into the transaction, span or line of this moment.

        Called in the thread that runs the work, just before the work's own code. ``attribution.is_nested`` tells that
        the work runs inside other work, whose transaction must keep its owner.
        """
        ...


@runtime_checkable
class PreparedSink(Sink, Protocol):
    """A sink with a shorter way for the commonest case: work that begins outside all other."""

    def prepared(self, attribution: Attribution) -> Any:
        """Return whatever ``write`` needs of an attribution; asked for once, and kept for all runs of the work."""
        ...

    def write(self, prepared: Any) -> object:
        """Do what ``record`` does, for work that begins in this context at this moment, outside all other."""
        ...


@runtime_checkable
class ErrorSink(Protocol):
    """A sink that also wants to know which team's code was at fault."""

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Write who is at fault for the exception that is leaving the work of an attribution."""
        ...


@runtime_checkable
class CostSink(Protocol):
    """A sink that also wants to know what each work cost, by team; called only where costs are switched on."""

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Write what the work of an attribution cost, just before it ends."""
        ...


@runtime_checkable
class TimedSink(CostSink, Protocol):
    """A sink that wants to know how long each work took, even where no costs are configured."""

    needs_duration: bool


@runtime_checkable
class ObservingSink(TimedSink, Protocol):
    """A sink with a shorter way for works of which nothing but their duration is known."""

    def observer_of(self, attribution: Attribution) -> Observer:
        """Return what does as ``record_costs`` where no more is known of a work; asked for as ``prepared`` is."""
        ...


def _write_nothing(_: object) -> None: ...


class Outlet:
    """One sink in the path of every request and task."""

    def __init__(
        self, name: str, sink: object, *, keys: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ):
        self.name = name
        #: Whether the sink counts works, and so must hear of each once, from its beginning to its end.
        self.counts = bool(getattr(sink, "needs_duration", False))
        self.sink = sink
        self.errors = 0
        self.late = 0
        #: Ends after as many calls as need no timing. An iterator, since that counts in a third of the time, for all
        #: threads at once.
        self.untimed: Iterator[int] = iter(())
        self._late_in_a_row = 0
        self._open_again = 0.0
        self._has_been_left_out = False
        self.keys = keys
        self._clock = clock
        self._renamed: dict[Attribution, Attribution] = {}
        self._record: Callable[[Attribution], None] | None = getattr(sink, "record", None)
        self._record_error: Callable[[Attribution, Fault], None] | None = getattr(sink, "record_error", None)
        self._record_costs: Callable[[Attribution, Costs], None] | None = getattr(sink, "record_costs", None)
        self._prepared: Callable[[Attribution], object] | None = getattr(sink, "prepared", None)
        writes = getattr(sink, "write", None) if self._prepared is not None else self._record
        #: What writes at the beginning of work outside all other, given what was prepared; always the same object.
        self.write: Callable[[Any], object] = writes or _write_nothing
        self._observer_of: Callable[[Attribution], Observer] | None = getattr(sink, "observer_of", None)
        #: What hands an attribution over; a plain attribute, so that one look-up finds it.
        self.record: Callable[[Attribution], None] | None
        self._lead_to_sink()

    def _lead_to_sink(self) -> None:
        self.record = self._record_renamed if self.keys and self._record is not None else self._record

    def prepared(self, attribution: Attribution) -> object:
        """Return what ``write`` needs of an attribution.

        Raises:
            Exception: whatever the sink raises.

        """
        renamed = self.renamed(attribution)
        return renamed if self._prepared is None else self._prepared(renamed)

    def observer_of(self, attribution: Attribution) -> Observer | None:
        """Return what tells the sink how long a work took and waited; None where it has no such short way."""
        if self._observer_of is None:
            return None
        observe = self._observer_of(self.renamed(attribution))

        def observe_contained(seconds: float, queue_seconds: float | None) -> None:
            try:
                observe(seconds, queue_seconds)
            except Exception as error:
                self.failed(error)

        return observe_contained

    def write_timed(self, prepared: object) -> bool:
        """Call ``write``, contained, and return whether that was in time; call nothing while the sink is slow."""
        if self._is_left_out():
            return False
        before = self._clock()
        try:
            self.write(prepared)
        except Exception as error:
            self.failed(error)
        return self._is_in_time(self._clock() - before)

    def record_timed(self, attribution: Attribution) -> None:
        """Hand an attribution to the sink, contained, and see whether it is late; once it is, each call is timed."""
        before = self._clock()
        try:
            self.record(attribution)  # type: ignore[misc]
        except Exception as error:
            self.failed(error)
        if self._is_in_time(self._clock() - before):
            self.untimed = iter(range(UNTIMED))

    def _is_in_time(self, seconds: float) -> bool:
        if seconds > LATE:
            self.was_late(seconds)
            return False
        self._late_in_a_row = 0
        return True

    def failed(self, error: Exception) -> None:
        """Contain an error that the sink raised."""
        self.errors += 1
        contain(error, cause=f"sink {self.name}")

    def was_late(self, seconds: float) -> None:
        """Count a late call, and leave the sink out for a while when it keeps being late."""
        self.late += 1
        self._late_in_a_row += 1
        if self._late_in_a_row < MOST_LATE:
            return
        self._late_in_a_row = 0
        self._open_again = self._clock() + SUSPENDED
        if not self._has_been_left_out:
            self._has_been_left_out = True
            logger.warning(
                "whose leaves the sink %s out for %.0f s at a time while it is slow: %.3f s in one call, %d in a row",
                self.name,
                SUSPENDED,
                seconds,
                MOST_LATE,
            )
        self.record = self._record_when_open

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Tell the sink who is at fault, where it wants to know; contained."""
        record = self._record_error
        if record is not None:
            self._tell(lambda: record(self.renamed(attribution), fault.renamed(self.keys) if self.keys else fault))

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Tell the sink what a work cost, where it wants to know; contained."""
        record = self._record_costs
        if record is not None:
            self._tell(lambda: record(self.renamed(attribution), costs.renamed(self.keys) if self.keys else costs))

    def _tell(self, call: Callable[[], None]) -> None:
        if self.record == self._record_when_open:
            return
        before = self._clock()
        try:
            call()
        except Exception as error:
            self.failed(error)
        seconds = self._clock() - before
        if seconds > LATE:
            self.was_late(seconds)

    def _is_left_out(self) -> bool:
        if self.record != self._record_when_open:
            return False
        if self._clock() < self._open_again:
            return True
        self._lead_to_sink()
        # One late call is enough to be left out again.
        self.untimed = iter(())
        self._late_in_a_row = MOST_LATE - 1
        return False

    def _record_when_open(self, attribution: Attribution) -> None:
        if not self._is_left_out():
            self._record_renamed(attribution)

    def _record_renamed(self, attribution: Attribution) -> None:
        if self._record is not None:
            self._record(self.renamed(attribution))

    def renamed(self, attribution: Attribution) -> Attribution:
        """Return an attribution under the names that its sink is to use."""
        if not self.keys:
            return attribution
        known = self._renamed.get(attribution)
        if known is None:
            if len(self._renamed) >= _MOST_RENAMED:
                self._renamed.clear()
            known = self._renamed[attribution] = attribution.renamed(self.keys)
        return known
