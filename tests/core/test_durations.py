"""How long a work took is told once, by whatever way it came, where that is all that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery, Task

import whose
from whose.costs import Costs
from whose.model import Attribution
from whose.outlets import Observer
from whose.testing import installed


class Timing:
    """Keeps the durations that it is told."""

    needs_duration = True

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def record(self, attribution: Attribution) -> None: ...

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        assert costs.is_duration
        self.told.append((attribution.work.name, costs.seconds))


class Observing(Timing):
    """Is told them in the short way."""

    def observer_of(self, attribution: Attribution) -> Observer:
        return lambda seconds, _: self.told.append((attribution.work.name, seconds))


class Calling(Task):  # type: ignore[misc]
    """A base class whose tasks are called through it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(*args, **kwargs)


@pytest.fixture
def app() -> Any:
    return Celery("timed", set_as_current=False)


@pytest.fixture(params=[Timing, Observing])
def sink(request: pytest.FixtureRequest) -> Timing:
    timing: Timing = request.param()
    return timing


def made(app: Any, body: Callable[..., Any], *, name: str, **options: Any) -> Any:
    return app.task(name=name, shared=False, **options)(body)


def nothing() -> None: ...


def done() -> str:
    return "done"


def fail() -> None:
    raise ValueError


def run_all(app: Any) -> None:
    inner = made(app, nothing, name="inner")

    def run_inside() -> None:
        inner()
        inner.apply()
        with whose.attributing("timed.block"):
            pass

    def run_itself(depth: int) -> None:
        if depth:
            again(depth - 1)

    again = made(app, run_itself, name="again")
    outer = made(app, run_inside, name="outer")
    called = made(app, nothing, name="called", base=Calling)
    failing = made(app, fail, name="failing")
    for _ in range(20):
        outer()
        called()
        again(2)
        with pytest.raises(ValueError):
            failing()
    inner.apply()


@pytest.mark.parametrize("has_others", [False, True])
def test_each_work_that_is_not_nested_is_told_once(app: Any, sink: Timing, has_others: bool) -> None:
    if has_others:
        with installed({"sinks": [sink]}):
            run_all(app)
    else:
        whose.install({"sinks": [sink]})
        try:
            run_all(app)
        finally:
            whose.uninstall()
    names = [name for name, _ in sink.told]
    assert {name: names.count(name) for name in names} == {
        "outer": 20,
        "called": 20,
        "again": 20,
        "failing": 20,
        "inner": 1,
    }
    assert all(0 < seconds < 60 for _, seconds in sink.told)


def test_a_coroutine_is_told_of_when_it_has_ended(app: Any, sink: Timing) -> None:
    async def wait() -> None:
        await asyncio.sleep(0.01)

    with installed({"sinks": [sink]}):
        asyncio.run(made(app, wait, name="awaited")())
    ((name, seconds),) = sink.told
    assert name == "awaited"
    assert seconds >= 0.01


def test_a_sink_that_fails_to_take_it_harms_no_work(app: Any) -> None:
    class Broken(Observing):
        def observer_of(self, attribution: Attribution) -> Observer:
            def observe(_: float, __: float | None) -> None:
                raise OSError("no space left")

            return observe

    whose.install({"sinks": [Broken()]})
    try:
        task = made(app, done, name="done")
        assert [task() for _ in range(3)] == ["done"] * 3
        assert whose.stats()["sinks"] == {"Broken": {"errors": 3, "late": 0}}
    finally:
        whose.uninstall()


def test_work_during_which_whose_is_uninstalled_ends_as_usual(app: Any, sink: Timing) -> None:
    whose.install({"sinks": [sink]})
    calls = []

    def end_at_third() -> str:
        calls.append(whose.current())
        if len(calls) == 3:
            whose.uninstall()
        return "done"

    run = made(app, end_at_third, name="last").run
    assert [run() for _ in range(5)] == ["done"] * 5
    assert [attribution is not None for attribution in calls] == [True, True, True, False, False]
