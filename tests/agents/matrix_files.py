"""Keep what a table test found, a file a run, for the support matrix."""

from __future__ import annotations

import json
import platform
import subprocess
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
    "prometheus": ("prometheus-client",),
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
    #: The other agent in the same process, where there was one.
    beside: str = ""
    #: Which versions it was run with, where those were not the newest.
    era: str = ""

    @property
    def right(self) -> int:
        """Return the number of flavours that were right."""
        return sum(is_right for _, is_right in self.flavours)


def keep(
    host: str,
    where: str,
    sink: str,
    verdicts: Iterable[Verdict],
    *,
    host_distributions: Sequence[str],
    beside: str = "",
    era: str = "",
    programs: Path | None = None,
) -> None:
    """Write a cell's file, replacing that of an earlier run; ``programs`` are those of the environment it ran in."""
    names = (*host_distributions, *DISTRIBUTIONS[sink])
    cell: dict[str, Any] = {
        "host": host,
        "where": where,
        "sink": sink,
        "versions": [*_versions(names, programs), f"Python {platform.python_version()}"],
        "flavours": [
            [verdict.flavour, verdict.is_right]
            for verdict in by_flavour(verdicts)
            if verdict.expected or verdict.complaints
        ],
        "beside": beside,
        "era": era,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    parts = (host, where, sink, *((f"beside {beside}",) if beside else ()), *((era,) if era else ()))
    (FOLDER / f"{'-'.join(parts).replace(' ', '-')}.json").write_text(json.dumps(cell, indent=1) + "\n")


def _versions(names: Sequence[str], programs: Path | None) -> list[str]:
    if programs is None:
        return [f"{name} {version(name)}" for name in names]
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    told = subprocess.run([programs / "python", "-c", code, *names], capture_output=True, text=True, check=True)
    return [f"{name} {found}" for name, found in zip(names, told.stdout.split(), strict=True)]


def load_cells() -> tuple[Cell, ...]:
    """Return the cells of all runs so far, in a stable order."""
    cells = []
    for path in sorted(FOLDER.glob("*.json")):
        fields = json.loads(path.read_text())
        fields["versions"] = tuple(fields["versions"])
        fields["flavours"] = tuple((flavour, is_right) for flavour, is_right in fields["flavours"])
        cells.append(Cell(**fields))
    return tuple(cells)
