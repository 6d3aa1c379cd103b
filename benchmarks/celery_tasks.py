"""What an owner adds to the run of a Celery task, through ``build_tracer`` as a worker runs it."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import whose
from benchmarks import projects
from benchmarks.agents import AGENTS, MakeLap
from benchmarks.clocks import Clocks
from benchmarks.measuring import Effort, Figures, Lap, Measured, in_fresh_processes, lap, taken
from benchmarks.tables import Line, Row, Table

RULES = (10, 1_000, 10_000)
_RUNS = 10
_SOURCE = """
def task(): pass
"""
#: Asked for by whom it may be: one team, for a request of another.
_HEADER = f"1;{projects.TEAM};commerce-blue"


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the tables."""
    figures = in_fresh_processes(measure, effort)
    yield Table("Celery task, added by attribution", "us", "edx", [*_without_agent(figures), *_with_agents(figures)])


def _without_agent(figures: Figures) -> Iterator[Row]:
    for rules in RULES:
        edx = figures[f"{rules} edx"]
        yield Row(f"no-op sink, {rules:,} rules", figures[f"{rules} owner"], edx, Line(0.3 * edx.median, "(0.3 edx)"))
    for rules in RULES:
        yield Row(f"  with the caller's header, {rules:,} rules", figures[f"{rules} header"], figures[f"{rules} edx"])
    yield Row("  of that, for reading the header", figures["1000 reading"], line=Line(0.5))
    yield Row("control: bare beside bare", figures["1000 control"])
    yield Row("bare: the task and its tracer", figures["1000 bare"])


def _with_agents(figures: Figures) -> Iterator[Row]:
    for name, agent in AGENTS.items():
        own, edx = figures[f"{name} own"], figures[f"{name} edx"]
        line = Line(own.median + 0.6, f"({agent.call} {own.median:.2f} + 0.6)")
        yield Row(name, figures[f"{name} owner"], edx, line)
        yield Row("  with the caller's header", figures[f"{name} header"], edx)
        yield Row("  control", figures[f"{name} control"])


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds."""
    from benchmarks import django_settings

    django_settings.set_up()
    measured: Measured = {}
    for rules in RULES:
        django_settings.choose(projects.mappings(rules))
        found = _compared(partial(lap, runs=_RUNS), sink=projects.NoOpSink(), seconds=seconds)
        measured.update({f"{rules} {name}": value for name, value in found.items()})
    for agent_name, agent in AGENTS.items():
        django_settings.choose(projects.mappings(1_000), backend=agent.backend)
        with agent.surroundings() as make_lap:
            found = _compared(make_lap, sink=agent.sink, seconds=seconds, setter=agent.setter)
        measured.update({f"{agent_name} {name}": value for name, value in found.items()})
    return measured


def _compared(
    make_lap: MakeLap,
    *,
    sink: object,
    seconds: float,
    setter: Callable[[Mapping[str, str]], Callable[[], object]] | None = None,
) -> Measured:
    """Return what is put between a tracer and a task's body by the peer and by us, and what the agent's call takes."""
    from celery import Celery
    from edx_django_utils.monitoring import set_code_owner_attribute

    from whose.hosts.celery.origin import HEADER

    app = Celery("measured", broker="memory://", set_as_current=False)
    clocks = {name: Clocks() for name in ("bare", "control", "own", "edx", "owner", "whole", "header")}
    bodies = {name: clock.body for name, clock in clocks.items()}
    bodies["edx"] = set_code_owner_attribute(bodies["edx"])
    # Made before install(), and so not ours.
    tasks = {name: _task(app, bodies[name], name=name) for name in ("bare", "control", "own", "edx")}
    attributes: dict[str, str] = {}
    if setter is not None:
        clocks["own"].inside = setter(attributes)
    for name, task in tasks.items():
        tasks[name] = clocks[name].around(task)
    calls = {name: _traced(app, task) for name, task in tasks.items()}
    plain = lap(_traced(app, _task(app, _body(), name="plain")), runs=_RUNS)
    whose.install({"sinks": [sink]})
    try:
        attributes.update(_attributes_given(app))
        ours = {name: _task(app, bodies[name], name=name) for name in ("owner", "whole", "header")}
        without_caller(ours["owner"])
        for name, task in ours.items():
            headers = {HEADER: _HEADER} if name == "header" else None
            calls[name] = _traced(app, clocks[name].around(task), headers=headers)
        _run({name: make_lap(call) for name, call in calls.items()}, clocks, seconds=seconds)
    finally:
        whose.uninstall()
    nothing = clocks["bare"]
    measured = {name: clock.of_wrapper - nothing.of_wrapper for name, clock in clocks.items()}
    return measured | {
        "bare": taken({"plain": plain}, seconds=seconds / 4)["plain"],
        "own": clocks["own"].of_call - nothing.of_call,
        "reading": measured["header"] - measured["owner"],
    }


def _run(laps: Mapping[str, Lap], clocks: Mapping[str, Clocks], *, seconds: float) -> None:
    """Run laps in turns, in an order that changes, without garbage collection."""
    order = list(laps)
    shuffle = random.Random(0).shuffle
    for name in order:
        laps[name]()
        clocks[name].forget()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            shuffle(order)
            for name in order:
                laps[name]()
            gc.collect(0)
    finally:
        gc.enable()
        gc.unfreeze()


def _body() -> Any:
    return projects.module(projects.MODULE, _SOURCE).task


def _task(app: Any, body: Any, *, name: str) -> Any:
    return app.task(body, name=f"sales.{name}", ignore_result=True, shared=False, lazy=False)


def _traced(app: Any, task: Any, *, headers: Mapping[str, str] | None = None) -> Callable[[], object]:
    """Return what runs a task as a worker does."""
    from celery.app.trace import build_tracer

    trace = build_tracer(task.name, task, app=app)
    request = {"id": "1", "task": task.name, "delivery_info": {}, "hostname": "worker", **(headers or {})}
    return partial(trace, "1", (), {}, request)


def _attributes_given(app: Any) -> Mapping[str, str]:
    """Return the attributes that our sinks get for a task of MODULE.

    Raises:
        RuntimeError: the task is not attributed to its owner, so that there is nothing to measure.

    """
    source = "import whose\nseen = []\ndef task(): seen.append(whose.current())"
    probe = projects.module(projects.MODULE, source)
    _traced(app, _task(app, probe.task, name="probe"))()
    attributes: Mapping[str, str] = probe.seen[0].attributes
    if attributes.get("code_owner") != projects.TEAM:
        raise RuntimeError(f"the task was attributed as {attributes}")
    return attributes


def without_caller(task: Any) -> Any:
    """Return a task with its owner alone, without a look at who sent it: what the peer does."""
    from whose.hosts.celery.tasks import STEERING
    from whose.runtime import active

    attributor = active().attributor
    entrance = attributor.entrance(task, kind="task", name=task.name)
    task.run = attributor.attributed(task.run.__wrapped__, entrance, expected=STEERING)
    return task
