"""A fork in the middle of a work, and works side by side, keep every owner apart and nothing locked."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import whose
from tests.hosts.celery_runs import RULES, fresh_app, outcome_of
from tests.hosts.celery_teams import blue, red
from whose import runtime
from whose.testing import RecordingSink, installed

RED, BLUE = red.__name__, blue.__name__
SECONDS = 30


def in_child(do: Callable[[], Any]) -> Any:
    """Return what ``do`` returns in a forked process, as JSON carries it; fails where the child hangs or fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(writing, "w") as out:
                json.dump(do(), out)
            status = 0
        except BaseException:  # the child must end here, whatever happens, or a second pytest goes on
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    killer = threading.Timer(SECONDS, os.kill, (child, 9))
    killer.start()
    with os.fdopen(reading) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    killer.cancel()
    assert status == 0, f"the child ended with status {status}"
    return json.loads(text)


def owner() -> str | None:
    attribution = whose.current()
    return attribution.team.name if attribution is not None and attribution.team is not None else None


def test_a_child_that_is_forked_in_a_work_goes_on_with_its_owner() -> None:
    with installed(RULES), whose.attributing(RED):
        assert in_child(owner) == "red"
        assert owner() == "red"


def test_a_child_leaves_the_work_it_was_forked_in() -> None:
    with installed(RULES):
        with whose.attributing(BLUE):
            block = whose.attributing(RED)
            block.__enter__()

            def leave() -> list[str | None]:
                inside = owner()
                block.__exit__(None, None, None)
                return [inside, owner()]

            assert in_child(leave) == ["red", "blue"]
            assert owner() == "red"
            block.__exit__(None, None, None)
        assert whose.current() is None


def test_tasks_run_in_a_child_that_was_forked_in_the_middle_of_a_task() -> None:
    with installed(RULES) as sink, fresh_app() as app:
        inner = app.task(shared=False)(blue.total)
        answers: list[Any] = []

        def forks() -> None:
            def run() -> list[Any]:
                result = inner.apply(([1, 2],)).get(disable_sync_subtasks=False)
                return [result, owner(), sink.owners]

            answers.append(in_child(run))

        forks.__module__ = RED
        assert outcome_of(app, app.task(shared=False)(forks), ()).state == "SUCCESS"
        assert answers == [[3, "red", ["red", "blue"]]]
        assert sink.owners == ["red"], "what the child does is the child's"


class Holding:
    """A sink that is in the middle of a call, in another thread, while this one forks."""

    def __init__(self, inside: Callable[[], Any]) -> None:
        self.inside = inside
        self.arrived, self.done = threading.Event(), threading.Event()

    def record(self, attribution: Any) -> None:
        if attribution.work.name == "holding":
            with self.inside():
                self.arrived.set()
                self.done.wait(SECONDS)


@pytest.mark.parametrize(
    "inside",
    [threading.Lock, lambda: runtime._one_at_a_time()],
    ids=["a lock of the sink", "the lock of install"],
)
def test_a_fork_while_another_thread_holds_a_lock(inside: Callable[[], Any]) -> None:
    holding = Holding(inside)

    def hold() -> None:
        with whose.attributing(RED, name="holding"):
            pass

    def work() -> list[Any]:
        with whose.attributing(BLUE):
            found = owner()
        whose.install({"mappings": {"green": [BLUE]}, "sinks": [RecordingSink()]})
        with whose.attributing(BLUE):
            anew = owner()
        whose.uninstall()
        return [found, anew, whose.stats()["installed"]]

    with installed({**RULES, "sinks": [holding]}):
        thread = threading.Thread(target=hold)
        thread.start()
        assert holding.arrived.wait(SECONDS)
        try:
            assert in_child(work) == ["blue", "green", False]
        finally:
            holding.done.set()
            thread.join()


def test_a_child_logs_an_error_that_its_parent_never_had() -> None:
    class FailingInTheChild:
        def record(self, attribution: Any) -> None:
            if os.getpid() != parent:
                raise ValueError

    parent = os.getpid()

    def work() -> dict[str, int]:
        with whose.attributing(RED):
            pass
        counts: Any = whose.stats()["contained_errors"]
        return {cause: count for cause, count in counts.items() if "FailingInTheChild" in cause}

    with installed({**RULES, "sinks": [FailingInTheChild()]}):
        with whose.attributing(RED):
            assert in_child(work) == {"sink FailingInTheChild: ValueError": 1}
        assert work() == {}


def test_threads_do_not_see_each_others_work() -> None:
    together = threading.Barrier(8)

    def work(number: int) -> set[str | None]:
        module = (RED, BLUE)[number % 2]
        seen = set()
        for _ in range(100):
            with whose.attributing(module):
                together.wait(SECONDS)
                seen.add(owner())
        return seen

    with installed(RULES), ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [{"red"}, {"blue"}] * 4


def test_coroutines_do_not_see_each_others_work() -> None:
    async def work(module: str) -> set[str | None]:
        seen = set()
        for _ in range(20):
            with whose.attributing(module):
                await asyncio.sleep(0)
                seen.add(owner())
        return seen

    async def all_of_them() -> list[set[str | None]]:
        return await asyncio.gather(*(work(module) for module in (RED, BLUE, RED, BLUE)))

    with installed(RULES):
        assert asyncio.run(all_of_them()) == [{"red"}, {"blue"}] * 2


def test_one_declared_block_may_be_open_in_several_threads() -> None:
    block = whose.owned_by("green")
    inside, leave = threading.Barrier(2), threading.Barrier(2)

    def work(module: str) -> list[str | None]:
        with whose.attributing(module):
            with block:
                inside.wait(SECONDS)
                seen = [owner()]
            leave.wait(SECONDS)
            return [*seen, owner()]

    with installed(RULES), ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, (RED, BLUE))) == [["green", "red"], ["green", "blue"]]


def test_a_configuration_may_be_swapped_while_works_run() -> None:
    stop = threading.Event()
    seen: set[str | None] = set()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                with whose.attributing(RED):
                    seen.add(owner())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for number in range(8):
            whose.install({"mappings": {("one", "two")[number % 2]: [RED]}, "sinks": [RecordingSink()]})
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        whose.uninstall()
    assert failures == []
    assert seen <= {"one", "two", None}
    assert {"one", "two"} <= seen
