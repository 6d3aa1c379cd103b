"""A sink that keeps being late is left out for a while, and one that is in time is hardly watched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whose.attribution import Attributor, current
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


class PreparedSink(Sink):
    """Does the same in the way that is prepared."""

    def prepared(self, attribution: Attribution) -> Attribution:
        return attribution

    def write(self, prepared: Attribution) -> None:
        assert prepared.work.name == "shop.send"
        super().record(prepared)

    def record(self, attribution: Attribution) -> None:
        raise AssertionError("work that begins outside all other is told in the way that is prepared")


Recording = Callable[[Attributor], Callable[[], object]]


def by_hand(attributor: Attributor) -> Callable[[], object]:
    return lambda: attributor.record(ATTRIBUTION)


def by_task(attributor: Attributor) -> Callable[[], object]:
    def body() -> None: ...

    return attributor.attributed(body, attributor.entrance(body, kind="task", name="shop.send"))


@pytest.fixture(params=[(Sink, by_hand), (Sink, by_task), (PreparedSink, by_task)], ids=["by hand", "task", "prepared"])
def way(request: pytest.FixtureRequest) -> tuple[type[Sink], Recording]:
    way: tuple[type[Sink], Recording] = request.param
    return way


@pytest.fixture
def sink(way: tuple[type[Sink], Recording], clock: Clock) -> Sink:
    return way[0](clock)


@pytest.fixture
def attributor(sink: Sink) -> Attributor:
    return Attributor(Resolver(OwnershipIndex()), (Outlet("slow", sink, keys={}, clock=sink.clock),))


@pytest.fixture
def record(way: tuple[type[Sink], Recording], attributor: Attributor) -> Callable[[int], None]:
    tell = way[1](attributor)

    def record(times: int) -> None:
        for _ in range(times):
            tell()

    return record


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_sink_that_is_late_from_the_start_is_left_out_after_a_few_calls(
    sink: Sink, record: Callable[[int], None]
) -> None:
    sink.seconds = 2 * LATE
    record(100)
    assert sink.calls == MOST_LATE


def test_a_sink_that_raises_late_is_left_out_as_well(sink: Sink, record: Callable[[int], None]) -> None:
    sink.seconds, sink.error = 2 * LATE, RuntimeError("no connection")
    record(100)
    assert sink.calls == MOST_LATE


def test_a_sink_that_becomes_late_is_left_out_soon(sink: Sink, record: Callable[[int], None]) -> None:
    record(50)
    sink.seconds = 2 * LATE
    record(100)
    assert sink.calls - 50 <= MOST_LATE + UNTIMED


def test_a_sink_that_is_late_now_and_then_stays(sink: Sink, record: Callable[[int], None]) -> None:
    for _ in range(20):
        sink.seconds = 2 * LATE
        record(MOST_LATE - 1)
        sink.seconds = 0.0
        record(UNTIMED + 1)
    assert sink.calls == 20 * (MOST_LATE + UNTIMED)


def test_a_sink_that_was_left_out_is_tried_again_later(sink: Sink, record: Callable[[int], None]) -> None:
    sink.seconds = 2 * LATE
    record(10)
    sink.seconds = 0.0
    sink.clock.now += SUSPENDED
    record(10)
    assert sink.calls == MOST_LATE + 10


def test_a_sink_that_is_still_late_when_tried_again_is_left_out_again(
    sink: Sink, record: Callable[[int], None]
) -> None:
    sink.seconds = 2 * LATE
    record(10)
    sink.clock.now += SUSPENDED
    record(100)
    assert sink.calls <= MOST_LATE + 2


class Unprepared(Sink):
    """Fails before there is anything to write."""

    def prepared(self, attribution: Attribution) -> Attribution:
        raise RuntimeError("nothing to be made of it")

    def write(self, prepared: Attribution) -> None:
        raise AssertionError("nothing was prepared")


def test_a_sink_that_cannot_prepare_costs_no_work_its_attribution(clock: Clock) -> None:
    seen: list[Attribution | None] = []
    outlet = Outlet("broken", Unprepared(clock), keys={}, clock=clock)
    attributor = Attributor(Resolver(OwnershipIndex()), (outlet,))

    def body() -> None:
        seen.append(current())

    run = attributor.attributed(body, attributor.entrance(body, kind="task", name="shop.send"))
    for _ in range(3):
        run()
    assert [attribution.work.name for attribution in seen if attribution] == ["shop.send"] * 3
    assert outlet.errors == 3


def test_the_names_that_are_configured_are_prepared_too(clock: Clock) -> None:
    prepared: list[str] = []

    class Keeping(Sink):
        def prepared(self, attribution: Attribution) -> tuple[str, ...]:
            return tuple(attribution.attributes)

        def write(self, keys: tuple[str, ...]) -> None:
            prepared.extend(keys)

    outlet = Outlet("keeping", Keeping(clock), keys={"code_owner_source": "from"}, clock=clock)
    by_task(Attributor(Resolver(OwnershipIndex()), (outlet,)))()
    assert "from" in prepared
    assert "code_owner_source" not in prepared
