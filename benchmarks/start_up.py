"""What it takes to start: importing, installing into a program with many tasks and rules, and the memory of a task."""

from __future__ import annotations

import gc
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Figure, Figures, Measured, in_fresh_processes
from benchmarks.tables import Line, Row, Table

TASKS = 10_000
RULES = 10_000
_IN_A_MODULE = 5
_MAPPINGS = projects.mappings(RULES)
_PROGRAMS = {
    "nothing": "pass",
    "whose": "import whose",
    # The rest is imported on first use.
    "all": "import whose; whose.install",
    "edx": "import edx_django_utils.monitoring",
}


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the tables."""
    imported = _imports(rounds=40 if effort.processes > 1 else 10)
    rows = [
        Row("import whose", imported["whose"], imported["edx"], Line(25.0)),
        Row("import whose, and use it", imported["all"], imported["edx"]),
        Row("bare: the interpreter itself", imported["nothing"]),
    ]
    yield Table("Importing, above the interpreter's own start", "ms", "edx", rows)
    installed = in_fresh_processes(measure, effort)
    rows = [
        Row(f"install(), {TASKS:,} tasks, {RULES:,} rules", installed["install"], installed["edx"], Line(200.0)),
        Row("install() once more, after uninstall()", installed["again"], line=Line(200.0)),
        Row("uninstall()", installed["uninstall"]),
    ]
    yield Table("Installing into a program whose tasks are there", "ms", "edx", rows)
    held = in_fresh_processes(measure_memory, Effort(processes=1, seconds=0.0))
    rows = [
        Row("after install()", held["installed"], held["edx"], Line(1_000)),
        Row("after each ran once", held["ran"], held["edx"]),
    ]
    yield Table(f"Memory for each of {TASKS:,} tasks", "bytes", "edx", rows)


def measure(_: float) -> Measured:
    """Return in one process how many milliseconds it takes to install, the first time with all that it imports."""
    tasks = _tasks()
    measured = {
        "install": _milliseconds(_install),
        "uninstall": _milliseconds(whose.uninstall),
        "again": _milliseconds(_install),
    }
    whose.uninstall()
    from benchmarks import django_settings

    django_settings.set_up()
    return measured | {"edx": _milliseconds(lambda: _peer_attributes([task.run for task in tasks]))}


def measure_memory(_: float) -> Measured:
    """Return in one process how many bytes a task takes in the end, above what the rules take."""
    from benchmarks import django_settings

    django_settings.set_up()
    # From here on, so that what is freed later was counted before.
    tracemalloc.start()
    _install()
    whose.uninstall()
    rules = _held(_install)
    whose.uninstall()
    tasks = _tasks()
    _run(tasks)
    installed = _held(_install)
    ran = installed + _held(lambda: _run(tasks))
    whose.uninstall()
    functions = [task.run for task in tasks]
    peer = _held(lambda: _peer_attributes(functions)) - _held(lambda: _peer_attributes([]))
    return {"installed": (installed - rules) / TASKS, "ran": (ran - rules) / TASKS, "edx": peer / TASKS}


def _install() -> None:
    whose.install({"sinks": [projects.NoOpSink()], "mappings": _MAPPINGS})


def _peer_attributes(functions: list[Any]) -> object:
    """Do for functions what projects with edx-django-utils do by hand, and what it does itself at the first task."""
    from edx_django_utils.monitoring import set_code_owner_attribute

    from benchmarks import django_settings

    django_settings.choose(_MAPPINGS)
    return [set_code_owner_attribute(function) for function in functions]


def _tasks() -> list[Any]:
    """Return tasks in many modules, each of which a rule names."""
    from celery import Celery

    app = Celery("measured", broker="memory://", set_as_current=False)
    source = "\n".join(f"def task_{number}(): pass" for number in range(_IN_A_MODULE))
    tasks = []
    for number in range(TASKS // _IN_A_MODULE):
        made = vars(projects.module(f"{projects.prefix(number)}.tasks", source))
        for name in [name for name in made if name.startswith("task_")]:
            options = {"name": f"{number}.{name}", "ignore_result": True, "shared": False, "lazy": False}
            tasks.append(app.task(made[name], **options))
    return tasks


def _run(tasks: list[Any]) -> None:
    from celery.app.trace import build_tracer

    for task in tasks:
        build_tracer(task.name, task, app=task.app)("1", (), {}, {"id": "1", "task": task.name})


def _milliseconds(do: Callable[[], object]) -> float:
    gc.collect()
    begin = time.process_time()
    do()
    return (time.process_time() - begin) * 1e3


def _held(do: Callable[[], object]) -> int:
    """Return how many bytes more are held after something was done; what it returns is held."""
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    held = do()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    del held
    return after - before


def _imports(*, rounds: int) -> Figures:
    """Return the milliseconds of processor time that starting takes, above the bare interpreter, and that itself."""
    times: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    for _ in range(rounds + 1):  # the first round warms the caches of the file system
        for name, program in _PROGRAMS.items():
            arguments = [sys.executable, "-I", "-c", program]
            _, status, used = os.wait4(os.posix_spawn(sys.executable, arguments, os.environ), 0)
            if status:
                raise RuntimeError(f"python -I -c {program!r} ended with {os.waitstatus_to_exitcode(status)}")
            times[name].append((used.ru_utime + used.ru_stime) * 1e3)
    bare = times["nothing"][1:]
    above = {name: [one - base for one, base in zip(taken[1:], bare, strict=True)] for name, taken in times.items()}
    return {name: _figure(bare if name == "nothing" else values) for name, values in above.items()}


def _figure(values: list[float]) -> Figure:
    return Figure(median(values), min(values), max(values))
