"""What a work cost, split between owners: each part by its own switch, and shares that add up to the work's time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from celery import Celery

import whose
from whose.costs import Costs
from whose.model import TeamName
from whose.testing import RecordingSink, installed

RULES: dict[str, Any] = {"mappings": {team: [f"costs_{team}"] for team in ("red", "blue", "green")}}


def in_module(team: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__module__ = f"costs_{team}"
    return function


def spend(seconds: float) -> None:
    """Burn CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def run_task() -> None:
    """Run a task of red that runs tasks of blue, blocks of green and code of nobody, some of which fails."""
    app = Celery("costs", set_as_current=False)

    def inner(depth: int) -> None:
        spend(0.001)
        if depth:
            inner_task(depth - 1)
        with whose.attributing("costs_green"):
            spend(0.002)
        with whose.attributing("nobodys.code"):
            raise ValueError("in nobody's code")

    def outer() -> None:
        spend(0.003)
        for _ in range(3):
            with pytest.raises(ValueError):
                inner_task(2)
        with whose.attributing("costs_green"), whose.attributing("costs_red"):
            spend(0.001)

    inner_task = app.task(name="blue.inner", shared=False)(in_module("blue", inner))
    app.task(name="red.outer", shared=False)(in_module("red", outer))()


def costs_of(sink: RecordingSink) -> Costs:
    ((attribution, costs),) = sink.costs
    assert attribution.work.name == "red.outer"
    return costs


def test_the_shares_of_the_owners_add_up_to_the_work() -> None:
    with installed({**RULES, "costs": ["wall", "cpu"]}) as sink:
        wall, cpu = time.perf_counter(), time.thread_time()
        run_task()
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    costs = costs_of(sink)
    assert costs.wall_seconds.keys() == costs.cpu_seconds.keys() == {"red", "blue", "green", "none"}
    assert sum(costs.wall_seconds.values()) == pytest.approx(costs.seconds, abs=1e-9)
    assert costs.seconds <= wall
    for shares, whole in ((costs.wall_seconds, wall), (costs.cpu_seconds, cpu)):
        assert shares["red"] >= 0.004  # type: ignore[index]
        assert shares["blue"] >= 0.003  # type: ignore[index]
        assert sum(shares.values()) <= whole


@pytest.mark.parametrize(
    ("switch", "keys"),
    [
        ("wall", {f"code_owner_own_seconds.{team}" for team in ("red", "blue", "green", "none")}),
        ("cpu", {f"code_owner_own_cpu_seconds.{team}" for team in ("red", "blue", "green", "none")}),
        ("sql", set()),
        ("queue", set()),
    ],
)
def test_each_part_has_a_switch_of_its_own(switch: str, keys: set[str]) -> None:
    with installed({**RULES, "costs": [switch]}) as sink:
        run_task()
    assert costs_of(sink).attributes.keys() == keys


def test_each_kind_of_cost_is_emitted_under_the_name_asked_for() -> None:
    red, blue = TeamName("red"), TeamName("blue")
    costs = Costs({red: 1.0, blue: 2.0}, {red: 3.0}, {red: 4}, {red: 5.0}, queue_seconds=6.0, seconds=7.0)
    names = {
        "code_owner_own_seconds": "own",
        "code_owner_own_cpu_seconds": "cpu",
        "code_owner_sql_queries": "queries",
        "code_owner_queue_seconds": "waited",
        "code_owner": "owner",
    }
    renamed = costs.renamed(names)
    assert renamed.attributes == {
        "own.red": 1.0,
        "own.blue": 2.0,
        "cpu.red": 3.0,
        "queries.red": 4,
        "code_owner_sql_seconds.red": 5.0,
        "waited": 6.0,
    }
    assert renamed == costs
    assert costs.renamed({}).attributes == costs.attributes == Costs.renamed(renamed, {}).attributes


def test_the_names_that_are_configured_reach_the_sinks() -> None:
    keys = {"code_owner_own_seconds": "own"}
    with installed({**RULES, "costs": ["wall"], "keys": keys}) as sink:
        run_task()
    assert costs_of(sink).attributes.keys() == {f"own.{team}" for team in ("red", "blue", "green", "none")}


def test_nothing_is_kept_by_default() -> None:
    with installed(RULES) as sink:
        run_task()
    assert sink.costs == []


def test_of_a_coroutine_no_cpu_time_is_told() -> None:
    async def work() -> None:
        with whose.attributing("costs_red", kind="task"):
            await asyncio.sleep(0.001)

    async def both() -> None:
        await asyncio.gather(work(), work())

    with installed({**RULES, "costs": ["wall", "cpu"]}) as sink:
        asyncio.run(both())
    assert [costs.attributes.keys() for _, costs in sink.costs] == [{"code_owner_own_seconds.red"}] * 2


@pytest.mark.parametrize("is_pooled", [True, False])
def test_what_runs_beside_a_work_adds_nothing_to_its_shares(is_pooled: bool) -> None:
    def beside() -> None:
        with whose.attributing("costs_blue"):
            time.sleep(0.001)

    with installed({**RULES, "costs": ["wall", "cpu"]}) as sink, whose.attributing("costs_red", kind="task"):
        if is_pooled:
            with ThreadPoolExecutor(1) as executor:
                executor.submit(beside).result()
        else:
            thread = threading.Thread(target=in_module("red", beside))
            thread.start()
            thread.join()
    ((attribution, costs),) = sink.costs
    assert [one.work.kind for one in sink.attributions] == ["task", "block"]
    assert attribution.work.kind == "task"
    assert costs.wall_seconds == pytest.approx({"red": costs.seconds}, abs=1e-9)


GREENLETS = """
import warnings
warnings.simplefilter("ignore")
import {library}
import whose
from whose.testing import installed

def work():
    with whose.attributing("costs_red", kind="task"):
        {library}.sleep(0.001)

with installed({{"mappings": {{"red": ["costs_red"]}}, "costs": ["wall", "cpu"]}}) as sink:
    for started in [{library}.spawn(work) for _ in range(2)]:
        started.{wait}()
    work()
    with whose.attributing("costs_red", kind="task"):
        {library}.spawn(work).{wait}()
print([sorted(costs.attributes) for _, costs in sink.costs])
"""


@pytest.mark.parametrize(("library", "wait"), [("gevent", "get"), ("eventlet", "wait")])
def test_of_a_greenlet_no_cpu_time_is_told(library: str, wait: str) -> None:
    program = GREENLETS.format(library=library, wait=wait)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    wall, cpu = "code_owner_own_seconds.red", "code_owner_own_cpu_seconds.red"
    assert done.stdout == f"{[[wall], [wall], [cpu, wall], [cpu, wall]]}\n", done.stderr
