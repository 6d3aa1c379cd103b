"""A sink that keeps being late is left out for a while, and one that is in time is hardly watched."""

from __future__ import annotations

import pytest

from whose.attribution import Attributor
from whose.index import OwnershipIndex
from whose.model import UNKNOWN, Attribution, Work
from whose.outlets import LATE, MOST_LATE, SUSPENDED, UNTIMED, Outlet
from whose.resolver import Resolver

ATTRIBUTION = Attribution(Work("task", "shop.send"), UNKNOWN)


class Clock:
    """A clock that stands still unless it is told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Sink:
    """Takes as long as it is told, by a clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seconds = 0.0
        self.error: Exception | None = None
        self.calls = 0

    def record(self, attribution: Attribution) -> None:
        self.calls += 1
        self.clock.now += self.seconds
        if self.error is not None:
            raise self.error


@pytest.fixture
def clock() -> Clock:
    return Clock()


def attributor_of(sink: Sink) -> Attributor:
    return Attributor(Resolver(OwnershipIndex()), (Outlet("slow", sink, keys={}, clock=sink.clock),))


def record(attributor: Attributor, *, times: int) -> None:
    for _ in range(times):
        attributor.record(ATTRIBUTION)


def test_a_sink_that_is_late_from_the_start_is_left_out_after_a_few_calls(clock: Clock) -> None:
    sink = Sink(clock)
    sink.seconds = 2 * LATE
    record(attributor_of(sink), times=100)
    assert sink.calls == MOST_LATE


def test_a_sink_that_raises_late_is_left_out_as_well(clock: Clock) -> None:
    sink = Sink(clock)
    sink.seconds, sink.error = 2 * LATE, RuntimeError("no connection")
    record(attributor_of(sink), times=100)
    assert sink.calls == MOST_LATE


def test_a_sink_that_becomes_late_is_left_out_soon(clock: Clock) -> None:
    sink = Sink(clock)
    attributor = attributor_of(sink)
    record(attributor, times=50)
    sink.seconds = 2 * LATE
    record(attributor, times=100)
    assert sink.calls - 50 <= MOST_LATE + UNTIMED


def test_a_sink_that_is_late_now_and_then_stays(clock: Clock) -> None:
    sink = Sink(clock)
    attributor = attributor_of(sink)
    for _ in range(20):
        sink.seconds = 2 * LATE
        record(attributor, times=MOST_LATE - 1)
        sink.seconds = 0.0
        record(attributor, times=UNTIMED + 1)
    assert sink.calls == 20 * (MOST_LATE + UNTIMED)


def test_a_sink_that_was_left_out_is_tried_again_later(clock: Clock) -> None:
    sink = Sink(clock)
    attributor = attributor_of(sink)
    sink.seconds = 2 * LATE
    record(attributor, times=10)
    sink.seconds = 0.0
    clock.now += SUSPENDED
    record(attributor, times=10)
    assert sink.calls == MOST_LATE + 10


def test_a_sink_that_is_still_late_when_tried_again_is_left_out_again(clock: Clock) -> None:
    sink = Sink(clock)
    attributor = attributor_of(sink)
    sink.seconds = 2 * LATE
    record(attributor, times=10)
    clock.now += SUSPENDED
    record(attributor, times=100)
    assert sink.calls <= MOST_LATE + 1 + MOST_LATE
