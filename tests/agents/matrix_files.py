"""Keep what a table test found, a file a run, for the support matrix."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.agents.verdicts import Verdict, by_flavour

FOLDER = Path(__file__).parents[2] / "build" / "matrix"
#: Distributions whose versions a sink's column stands for.
DISTRIBUTIONS = {
    "newrelic": ("newrelic",),
    "opentelemetry": ("opentelemetry-sdk",),
    "datadog": ("ddtrace",),
    "sentry": ("sentry-sdk",),
    "elastic": ("elastic-apm",),
    "logging": (),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One host, run in one way, as one sink told of it."""

    host: str
    #: The pool or server.
    where: str
    sink: str
    #: Name and version of what was run: host, sink, Python.
    versions: tuple[str, ...]
    #: Flavours of which something had to be received, or was wrongly, and whether everything about them was right.
    flavours: tuple[tuple[str, bool], ...]

    @property
    def right(self) -> int:
        """Return the number of flavours that were right."""
        return sum(is_right for _, is_right in self.flavours)


def keep(host: str, where: str, sink: str, verdicts: Iterable[Verdict], *, host_distributions: Sequence[str]) -> None:
    """Write a cell's file, replacing that of an earlier run."""
    names = (*host_distributions, *DISTRIBUTIONS[sink])
    cell: dict[str, Any] = {
        "host": host,
        "where": where,
        "sink": sink,
        "versions": [*(f"{name} {version(name)}" for name in names), f"Python {platform.python_version()}"],
        "flavours": [
            [verdict.flavour, verdict.is_right]
            for verdict in by_flavour(verdicts)
            if verdict.expected or verdict.complaints
        ],
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{host}-{where}-{sink}.json").write_text(json.dumps(cell, indent=1) + "\n")


def load_cells() -> tuple[Cell, ...]:
    """Return the cells of all runs so far, in a stable order."""
    cells = []
    for path in sorted(FOLDER.glob("*.json")):
        fields = json.loads(path.read_text())
        fields["versions"] = tuple(fields["versions"])
        fields["flavours"] = tuple((flavour, is_right) for flavour, is_right in fields["flavours"])
        cells.append(Cell(**fields))
    return tuple(cells)
