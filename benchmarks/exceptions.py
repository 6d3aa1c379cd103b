"""What it takes to find who is at fault for an exception, beside ``traceback.extract_tb``, which agents call."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from functools import partial
from typing import Any

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Measured, in_fresh_processes, lap, taken
from benchmarks.tables import Line, Row, Table

FRAMES = (10, 100, 300, 1_000)
_LIBRARY = "some_library.client"
#: Functions that call each other in turn, so that a traceback is of many functions, as real ones are.
_FUNCTIONS = 50
_SOURCE = "def call(function, *arguments):\n    function(*arguments)\n" + "".join(
    f"def down_{number}(frames, then):\n"
    f"    return down_{(number + 1) % _FUNCTIONS}(frames - 1, then) if frames > 1 else then()\n"
    for number in range(_FUNCTIONS)
)
_SHAPES = {
    "owned": "all owned",
    "below": "one owned, library below",
    "nobody": "none owned",
    "chained": "none owned, 5 exceptions chained",
}


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the table."""
    figures = in_fresh_processes(measure, effort)
    rows = [
        Row(
            f"{frames:,} frames, {words}",
            figures[f"{frames} {shape}"],
            figures[f"{frames} {shape} peer"],
            line_of(frames),
        )
        for shape, words in _SHAPES.items()
        for frames in FRAMES
    ]
    yield Table("An exception leaving a task: finding who is at fault", "us", "extract_tb", rows)


def line_of(frames: int) -> Line:
    """Return the line to reach for an exception with so many frames."""
    return Line(10 + 0.3 * frames, f"(10 + 0.3 x {frames:,})")


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds.

    Raises:
        RuntimeError: somebody else than expected was found at fault, so that there is nothing to measure.

    """
    from whose.runtime import active

    owned = projects.module(projects.MODULE, _SOURCE)
    library = projects.module(_LIBRARY, _SOURCE)
    sys.setrecursionlimit(3 * max(FRAMES))
    whose.install({"sinks": [projects.NoOpSink()], "mappings": projects.mappings(1_000)})
    measured: Measured = {}
    try:
        attributor = active().attributor
        attribution = attributor.entrance(owned, kind="task", name="sales.task").attribution(None)
        for frames in FRAMES:
            for shape in _SHAPES:
                error = _raised(shape, frames, owned, library)
                found = whose.owner_of(error).team
                if (found.name if found else None) != (None if shape in ("nobody", "chained") else projects.TEAM):
                    raise RuntimeError(f"{found} was found at fault for {shape}")
                runs = max(1, 200 // frames)
                laps = {
                    shape: lap(partial(attributor.failed, attribution, error), runs=runs),
                    f"{shape} peer": lap(partial(_extract, error), runs=runs),
                }
                times = taken(laps, seconds=seconds / 4)
                measured.update({f"{frames} {name}": value for name, value in times.items()})
    finally:
        whose.uninstall()
    return measured


def _raised(shape: str, frames: int, owned: Any, library: Any) -> BaseException:
    """Return an exception with so many frames, those of all its chain counted."""
    if shape == "chained":
        return _chained(frames // 5, library, links=5)
    try:
        # This function's own frame is one of them, and call()'s another.
        if shape == "below":
            owned.call(library.down_0, frames - 3, _fail)
        else:
            (owned if shape == "owned" else library).down_0(frames - 2, _fail)
    except ValueError as error:
        return error
    raise AssertionError


def _chained(frames: int, library: Any, *, links: int) -> BaseException:
    cause = None
    for _ in range(links):
        try:
            library.down_0(frames - 2, _fail)
        except ValueError as error:
            error.__cause__ = cause
            cause = error
    assert cause is not None
    return cause


def _fail() -> None:
    raise ValueError("measured")


def _extract(error: BaseException | None) -> None:
    while error is not None:
        traceback.extract_tb(error.__traceback__)
        error = error.__cause__
