"""What each part of cost accounting adds to a work, beside the same work without any."""

from __future__ import annotations

from collections.abc import Iterator

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Measured, added, in_fresh_processes, lap
from benchmarks.tables import Row, Table

PARTS: dict[str, list[str]] = {
    "none": [],
    "wall": ["wall"],
    "wall and CPU": ["wall", "cpu"],
    "wall, CPU, SQL and queue": ["wall", "cpu", "sql", "queue"],
}


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the table."""
    figures = in_fresh_processes(measure, effort)
    rows = [
        Row(f"{words}{where}", figures[f"{words}{where}"])
        for words in PARTS
        for where in ("", ", with one nested block")
    ]
    yield Table("A work as a function call, with costs switched on part by part: added", "us", "", rows)


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds."""
    from whose.runtime import active

    code = projects.module(projects.MODULE, "def work():\n    pass\n")
    measured: Measured = {}
    for words, parts in PARTS.items():
        sinks = [projects.NoOpSink()]
        whose.install({"sinks": sinks, "mappings": projects.mappings(1_000), "costs": parts})
        attributor = active().attributor
        entrance = attributor.entrance(code.work, kind="task", name="work")
        nested = attributor.attributed(code.work, attributor.entrance(code, kind="block", name="nested"))
        plain = attributor.attributed(code.work, entrance)
        around = attributor.attributed(nested, entrance)
        laps = {
            "bare": lap(code.work, runs=500),
            "": lap(plain, runs=500),
            ", with one nested block": lap(around, runs=500),
        }
        times = added(laps, seconds=seconds / 4)
        measured.update({f"{words}{where}": value for where, value in times.items() if where != "bare"})
        whose.uninstall()
    return measured
