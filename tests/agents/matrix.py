"""Render the support matrix from what the table tests found: ``python -m tests.agents.matrix``.

Writes the summary between the markers of README.md and the whole table into docs/hosts/matrix.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.agents.matrix_files import FOLDER, Cell, load_cells
from tests.agents.verdicts import UNLISTED

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- matrix:begin -->", "<!-- matrix:end -->"
HOSTS = ("celery", "django")
SINKS = ("newrelic", "opentelemetry", "datadog", "sentry", "elastic", "logging")
TITLES = {
    "celery": "Celery",
    "django": "Django",
    "newrelic": "New Relic",
    "opentelemetry": "OpenTelemetry",
    "datadog": "Datadog",
    "sentry": "Sentry",
    "elastic": "Elastic APM",
    "logging": "logging",
}


def summary(cells: Sequence[Cell]) -> str:
    """Return a table of hosts and sinks: in how many flavours of work everything that was sent named its owner."""
    rows = [("host", "run by", *(TITLES[sink] for sink in SINKS))]
    for host in HOSTS:
        for where in _wheres(cells, host):
            found = {cell.sink: cell for cell in cells if (cell.host, cell.where) == (host, where)}
            rows.append((TITLES[host], where, *(_count(found.get(sink)) for sink in SINKS)))
    told = (
        "Flavours of tasks and views of which every transaction and error event, span or log record, as it left the\n"
        f"process, named the right owner, of all flavours tried. Run with {_versions(cells)}."
    )
    return f"{_table(rows)}\n\n{told}"


def whole(cells: Sequence[Cell]) -> str:
    """Return the page with one table a host: flavour by pool or server."""
    intro = (
        "Written by `python -m tests.agents.matrix` from what the tests received from the real agents. A cell below\n"
        "counts the sinks in which everything about a flavour was right, of those that are told of it."
    )
    parts = ["# Support matrix", intro, summary(cells)]
    for host in HOSTS:
        wheres = _wheres(cells, host)
        rows = [
            ("flavour", *wheres),
            *(
                (flavour, *(_joined(cells, host, where, flavour) for where in wheres))
                for flavour in _flavours(cells, host)
            ),
        ]
        parts += [f"## {TITLES[host]}", _table(rows)]
    return "\n\n".join(parts) + "\n"


def put_between_markers(text: str, inserted: str) -> str:
    """Return a text with what stands between the markers replaced.

    Raises:
        ValueError: the text has no markers.

    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} ... {END} to write between")
    return f"{before}{BEGIN}\n{inserted}\n{END}{after}"


def _wheres(cells: Iterable[Cell], host: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.where for cell in cells if cell.host == host))


def _flavours(cells: Iterable[Cell], host: str) -> tuple[str, ...]:
    names = (name for cell in cells if cell.host == host for name, _ in cell.flavours)
    return tuple(name for name in dict.fromkeys(names) if name != UNLISTED)


def _joined(cells: Iterable[Cell], host: str, where: str, flavour: str) -> str:
    found = [
        is_right
        for cell in cells
        if (cell.host, cell.where) == (host, where)
        for name, is_right in cell.flavours
        if name == flavour
    ]
    return f"{sum(found)} of {len(found)}" if found else ""


def _count(cell: Cell | None) -> str:
    return "not run" if cell is None else f"{cell.right} of {len(cell.flavours)}"


def _versions(cells: Iterable[Cell]) -> str:
    return ", ".join(sorted({version for cell in cells for version in cell.versions}, key=str.lower))


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def main() -> int:
    """Write both places; return 1 where no test has left anything."""
    cells = load_cells()
    if not cells:
        print(f"nothing in {FOLDER}: run the table tests first", file=sys.stderr)
        return 1
    page = ROOT / "docs" / "hosts" / "matrix.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(whole(cells))
    readme = ROOT / "README.md"
    try:
        readme.write_text(put_between_markers(readme.read_text(), summary(cells)))
    except ValueError as error:
        print(f"{readme}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
