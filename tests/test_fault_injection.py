"""The same run, with processes and the broker dying under it, comes to the same end with and without whose."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from celery import Celery
from celery.result import AsyncResult

from tests.agents.launchers.processes import Started, free_port, listens

PROJECT = Path(__file__).with_name("fault_project")
SECONDS = 400
KINDS = ("double", "nests", "fails", "retries", "double", "double", "retries", "fails", "nests", "double")
Outcome = Mapping[str, tuple[str, str]]


class Scene:
    """A broker that keeps what it is told, and one worker with two processes; both can be made to die."""

    def __init__(self, directory: Path, *, with_whose: bool) -> None:
        directory.mkdir()
        self.directory = directory
        self.ledgers = directory / "ledgers"
        self.ledgers.mkdir()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.environment = {**os.environ, "FAULTY_BROKER": self.url, "PYTHONPATH": str(PROJECT)}
        if with_whose:
            self.environment["FAULTY_WHOSE"] = str(self.ledgers)
        self.stack = ExitStack()
        self.app = Celery("driver", broker=self.url, backend=self.url, set_as_current=False)
        self.client = redis.Redis(port=self.port)
        self.started = 0

    def start_broker(self) -> Started:
        """Start Redis, with every write on disk before it is answered."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes"]
        log = self.directory / "redis.log"
        broker = Started(
            [*command, "--appendfsync", "always"],
            log=log,
            environment=self.environment,
            cwd=self.directory,
            is_ready=listens(self.port),
        )
        self.stack.enter_context(broker)
        broker.await_ready()
        wait(lambda: bool(self.client.ping()), "the broker to answer")
        return broker

    def start_worker(self) -> int:
        """Start the worker and return its process id."""
        self.started += 1
        name = f"worker{self.started}"
        command = [sys.executable, "-m", "celery", "-A", "faulty_tasks", "worker", "--pool", "prefork"]
        worker = Started(
            [*command, "--concurrency", "2", "--loglevel", "info", "--without-mingle", "--hostname", f"{name}@here"],
            log=self.directory / f"{name}.log",
            environment=self.environment,
            cwd=self.directory,
            ready_line="ready.",
            statuses=(0, -signal.SIGKILL),
        )
        self.stack.enter_context(worker)
        worker.await_ready()
        return worker.pid

    def send(self, kinds: list[tuple[str, int]]) -> list[str]:
        """Send tasks under ids that say what they are."""
        ids = [f"{kind}-{number}" for kind, number in kinds]
        for (kind, number), task_id in zip(kinds, ids, strict=True):
            self.app.send_task(kind, args=[number], task_id=task_id)
        return ids

    def done(self, ids: list[str]) -> int:
        """Return how many of some tasks have ended."""
        return sum(1 for found in self.client.mget([f"celery-task-meta-{task_id}" for task_id in ids]) if found)

    def outcome(self, ids: list[str]) -> Outcome:
        """Return state and result of each task."""
        results = {task_id: AsyncResult(task_id, app=self.app) for task_id in ids}
        return {task_id: (result.state, repr(result.result)) for task_id, result in results.items()}

    def owners(self) -> dict[str, set[str]]:
        """Return the owners that were noted for the runs of each task."""
        noted: dict[str, set[str]] = {}
        for ledger in self.ledgers.glob("*.txt"):
            for line in ledger.read_text().splitlines():
                task_id, _, owner = line.partition(" ")
                noted.setdefault(task_id, set()).add(owner)
        return noted


def wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except redis.ConnectionError:
            pass
        time.sleep(0.05)
    pytest.fail(f"waited {SECONDS} s for {what}")


def ended(scene: Scene, ids: list[str]) -> None:
    # Retries are written down as such first; what counts is that nothing is left to do.
    keys = [f"celery-task-meta-{task_id}" for task_id in ids]

    def are_all() -> bool:
        found = scene.client.mget(keys)
        return all(meta and json.loads(meta)["status"] in ("SUCCESS", "FAILURE") for meta in found)

    wait(are_all, "all tasks to end")


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def run(
    directory: Path, count: int, *, with_whose: bool, whole_worker_dies: bool
) -> tuple[Outcome, dict[str, set[str]]]:
    """Run ``count`` tasks through the mishaps and return how they ended."""
    scene = Scene(directory, with_whose=with_whose)
    with scene.stack:
        broker = scene.start_broker()
        worker = scene.start_worker()
        half = count // 2
        first = scene.send(
            [(KINDS[number % len(KINDS)] if number % 50 else "dies_once", number) for number in range(half)]
        )
        wait(lambda: scene.done(first) > half // 3, "a third of the first half")
        os.kill(children_of(worker)[0], signal.SIGKILL)
        ended(scene, first)
        # Restarted while nothing is on its way: Redis keeps no message that it has sent and nobody has received.
        broker.ask_to_end()
        wait(lambda: not listens(scene.port)(), "the broker to end")
        scene.start_broker()
        second = scene.send([(KINDS[number % len(KINDS)], number) for number in range(half, count)])
        ended(scene, second)
        if not whole_worker_dies:
            return scene.outcome([*first, *second]), scene.owners()
        slow = scene.send([("slow", number) for number in range(count, count + 2)])
        wait(lambda: scene.client.hlen("unacked") == len(slow), "the worker to hold the slow tasks")
        os.kill(worker, signal.SIGKILL)
        scene.start_worker()
        ended(scene, slow)
        return scene.outcome([*first, *second, *slow]), scene.owners()


def compare(directory: Path, count: int, *, whole_worker_dies: bool) -> None:
    plain, nothing = run(directory / "plain", count, with_whose=False, whole_worker_dies=whole_worker_dies)
    attributed, owners = run(directory / "attributed", count, with_whose=True, whole_worker_dies=whole_worker_dies)
    assert attributed == plain
    assert {state for state, _ in plain.values()} == {"SUCCESS", "FAILURE"}
    assert nothing == {}
    assert owners.keys() == plain.keys()
    assert {owner for noted in owners.values() for owner in noted} == {"team-red"}


def test_a_run_full_of_mishaps_ends_the_same(tmp_path: Path) -> None:
    compare(tmp_path, 200, whole_worker_dies=False)


@pytest.mark.slow
def test_two_thousand_tasks_end_the_same(tmp_path: Path) -> None:
    # The broker gives a dead worker's messages to another only after a while, so this takes minutes.
    compare(tmp_path, 2_000, whole_worker_dies=True)
