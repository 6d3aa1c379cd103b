"""Whatever a sink does, tasks come to the same end as without us, and one line of the log says what was wrong."""

from __future__ import annotations

import logging
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from celery import Celery

import whose
from tests.hosts.celery_flavours import FAILURES, FLAVOURS, Flavour
from tests.hosts.celery_runs import RULES, Outcome, fresh_app, outcome_of
from tests.hosts.celery_teams import red
from whose.outlets import LATE
from whose.testing import RecordingSink, installed

PLAIN = next(flavour for flavour in FLAVOURS if flavour.name == "plain")
FAILING = next(flavour for flavour in FAILURES if flavour.name == "error translated")
CALLING = next(flavour for flavour in FLAVOURS if flavour.name == "base with __call__")
NESTED = next(flavour for flavour in FLAVOURS if flavour.name == "nested")


class Bad:
    """A sink that goes wrong at every call."""

    def record(self, attribution: Any) -> Any:
        self.go_wrong()

    def record_error(self, attribution: Any, fault: Any) -> Any:
        self.go_wrong()

    def record_costs(self, attribution: Any, costs: Any) -> Any:
        self.go_wrong()

    def go_wrong(self) -> None:
        raise NotImplementedError


class Raising(Bad):
    def go_wrong(self) -> None:
        raise ValueError("from the sink")


class Unspeakable(Exception):
    """Raises wherever one looks."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("no attributes")


class RaisingUnspeakable(Bad):
    def go_wrong(self) -> None:
        raise Unspeakable


class StoppingIteration(Bad):
    def go_wrong(self) -> None:
        raise StopIteration("looks like the end of a loop")


class RaisingGroup(Bad):
    def go_wrong(self) -> None:
        raise ExceptionGroup("several", [ValueError("one"), Unspeakable()])


class RunningAway(Bad):
    def go_wrong(self) -> None:
        self.go_wrong()


class TakingNothing:
    """Was written for another interface."""

    def record(self) -> None: ...

    def record_error(self) -> None: ...


class Disappeared(Bad):
    """Its module has been deleted, and with it all that its functions know by name."""

    def __init__(self) -> None:
        module = types.ModuleType("gone")
        exec("def work():\n    return needed\nneeded = 1", vars(module))
        self._work = module.work
        vars(module).clear()

    def go_wrong(self) -> None:
        self._work()


class Unimportable(Bad):
    def go_wrong(self) -> None:
        import the_module_that_is_gone  # type: ignore[import-not-found]  # noqa: F401


RAISING: tuple[Callable[[], object], ...] = (
    Raising,
    RaisingUnspeakable,
    StoppingIteration,
    RaisingGroup,
    RunningAway,
    TakingNothing,
    Disappeared,
    Unimportable,
)


def end_of(flavour: Flavour, *sinks: object, config: dict[str, object] | None = None) -> Outcome:
    """Return what a flavour comes to with some sinks, and without us where there are none."""
    with fresh_app() as app:
        if not sinks:
            return outcome_of(app, flavour.declare(app), flavour.arguments, way=flavour.way)
        with installed({**RULES, "sinks": list(sinks), **(config or {})}):
            return outcome_of(app, flavour.declare(app), flavour.arguments, way=flavour.way)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "whose"]


@pytest.mark.parametrize("flavour", [PLAIN, FAILING, CALLING, NESTED], ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("sink", RAISING, ids=lambda sink: sink.__name__)
def test_a_task_ends_as_without_the_bad_sink(sink: Callable[[], object], flavour: Flavour) -> None:
    good = RecordingSink()
    assert end_of(flavour, sink(), good) == end_of(flavour)
    assert tuple(good.owners) == flavour.owners


@pytest.mark.parametrize("sink", RAISING, ids=lambda sink: sink.__name__)
def test_costs_do_not_change_that(sink: Callable[[], object]) -> None:
    config: dict[str, object] = {"costs": ["wall", "cpu", "sql", "queue"]}
    assert end_of(FAILING, sink(), config=config) == end_of(FAILING)


def test_each_cause_is_logged_once_and_every_error_counted(caplog: pytest.LogCaptureFixture) -> None:
    class OnceLogged(Raising):
        pass

    with fresh_app() as app, installed({**RULES, "sinks": [OnceLogged()]}):
        task = app.task(shared=False)(red.add)
        for _ in range(5):
            assert outcome_of(app, task, (1,)).state == "SUCCESS"
        stats = whose.stats()
    assert lines(caplog) == ["whose contained an error in sink OnceLogged; the work goes on without it"]
    assert caplog.records[0].exc_info, "the log says where it was raised"
    assert stats["contained_errors"]["sink OnceLogged: ValueError"] == 5  # type: ignore[index]
    assert stats["sinks"]["OnceLogged"] == {"errors": 5, "late": 0}  # type: ignore[index]


def test_threads_that_fail_at_once_log_once(caplog: pytest.LogCaptureFixture) -> None:
    together = threading.Barrier(8)

    class FailingTogether(Bad):
        def go_wrong(self) -> None:
            together.wait(10)
            raise ValueError

    def work() -> None:
        with whose.attributing("tests.hosts.celery_teams.red"):
            pass

    with installed({**RULES, "sinks": [FailingTogether()]}):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(lines(caplog)) == 1


def test_a_log_handler_that_fails_does_not_reach_the_task() -> None:
    class Fails(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk is full")

    class FailingAndUnloggable(Raising):
        pass

    handler = Fails()
    logging.getLogger("whose").addHandler(handler)
    try:
        assert end_of(PLAIN, FailingAndUnloggable()) == end_of(PLAIN)
    finally:
        logging.getLogger("whose").removeHandler(handler)


@pytest.mark.parametrize("returned", [None, 0, "text", object(), NotImplemented, iter([1])], ids=repr)
def test_what_a_sink_returns_does_not_matter(returned: object) -> None:
    class Returning(Bad):
        def record(self, attribution: Any) -> object:
            return returned

    assert end_of(PLAIN, Returning()) == end_of(PLAIN)


def test_a_sink_that_makes_a_coroutine_is_not_waited_for() -> None:
    class Asynchronous:
        made: ClassVar[list[Any]] = []

        def record(self, attribution: Any) -> Any:
            async def later() -> None: ...

            coroutine = later()
            self.made.append(coroutine)
            return coroutine

    assert end_of(PLAIN, Asynchronous()) == end_of(PLAIN)
    for coroutine in Asynchronous.made:
        coroutine.close()


@pytest.fixture
def app() -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


@pytest.mark.parametrize("way", ["applied", "called"])
def test_a_task_that_a_sink_runs_is_not_told_to_sinks_again(app: Celery, way: str) -> None:
    ran: list[str] = []

    def note() -> None:
        ran.append("note")

    class RunsTasks:
        def record(self, attribution: Any) -> None:
            {"applied": noting.apply, "called": noting}[way]()

    with installed({**RULES, "sinks": [RunsTasks()]}) as sink:
        noting = app.task(shared=False)(note)
        task = app.task(shared=False)(red.add)
        assert outcome_of(app, task, (1,)).result == "3"
    # Once for the task, and once more for the first run of the sink's own, of which sinks are told.
    assert 1 <= len(ran) <= 2
    assert sink.owners[-1] == "red"


def test_a_sink_that_begins_work_ends(app: Celery) -> None:
    begun: list[int] = []

    class BeginsWork:
        def record(self, attribution: Any) -> None:
            begun.append(1)
            with whose.attributing("tests.hosts.celery_teams.blue"):
                pass

    with installed({**RULES, "sinks": [BeginsWork()]}):
        assert outcome_of(app, app.task(shared=False)(red.add), (1,)).result == "3"
        assert whose.current() is None
    assert len(begun) <= 2


def test_a_sink_that_logs_through_us_ends(app: Celery) -> None:
    class Logs:
        def record(self, attribution: Any) -> None:
            logging.getLogger("of.the.sink").warning("about %s", attribution.work.name)
            raise ValueError("and fails")

    with installed({**RULES, "sinks": [Logs(), "logging"]}):
        assert outcome_of(app, app.task(shared=False)(red.add), (1,)).result == "3"


def test_a_sink_that_uninstalls_us_does_not_harm_the_task(app: Celery) -> None:
    class Uninstalls:
        def record(self, attribution: Any) -> None:
            whose.uninstall()

    with installed({**RULES, "sinks": [Uninstalls()]}):
        assert outcome_of(app, app.task(shared=False)(red.add), (1,)).result == "3"
        assert whose.current() is None


def test_a_sink_that_waits_for_a_lock_is_left_out_in_the_end(caplog: pytest.LogCaptureFixture, app: Celery) -> None:
    calls: list[int] = []

    class WaitsForALock:
        def record(self, attribution: Any) -> None:
            calls.append(1)
            lock = threading.Lock()
            lock.acquire()
            threading.Timer(2 * LATE, lock.release).start()
            with lock:
                pass

    with installed({**RULES, "sinks": [WaitsForALock()]}):
        task = app.task(shared=False)(red.add)
        outcomes = {outcome_of(app, task, (1,)).result for _ in range(10)}
        stats = whose.stats()["sinks"]
    assert outcomes == {"3"}
    assert stats["WaitsForALock"]["late"] == len(calls) == 3  # type: ignore[index]
    assert len([line for line in lines(caplog) if "WaitsForALock" in line]) == 1


def test_a_work_in_one_thread_does_not_wait_for_a_sink_stuck_in_another() -> None:
    stuck, free = threading.Event(), threading.Event()

    class StuckInOneThread:
        def record(self, attribution: Any) -> None:
            if attribution.work.name == "stuck":
                stuck.set()
                free.wait(30)

    def work() -> None:
        with whose.attributing("tests.hosts.celery_teams.red", name="stuck"):
            pass

    with installed({**RULES, "sinks": [StuckInOneThread()]}) as sink:
        thread = threading.Thread(target=work)
        thread.start()
        stuck.wait(30)
        with whose.attributing("tests.hosts.celery_teams.blue", name="free"):
            assert [one.work.name for one in sink.attributions] == ["free"]
        free.set()
        thread.join()
