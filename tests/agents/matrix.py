"""Render the support matrix from what the table tests found: ``python -m tests.agents.matrix``.

Writes the summary between the markers of README.md and the whole table into docs/hosts/matrix.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.agents.matrix_files import DISTRIBUTIONS, FOLDER, Cell, load_cells
from tests.agents.verdicts import UNLISTED

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- matrix:begin -->", "<!-- matrix:end -->"
HOSTS = ("celery", "django")
SINKS = ("newrelic", "opentelemetry", "datadog", "sentry", "elastic", "prometheus", "logging")
TITLES = {
    "celery": "Celery",
    "django": "Django",
    "newrelic": "New Relic",
    "opentelemetry": "OpenTelemetry",
    "datadog": "Datadog",
    "sentry": "Sentry",
    "elastic": "Elastic",
    "prometheus": "Prometheus",
    "logging": "logging",
}


def summary(cells: Sequence[Cell]) -> str:
    """Return what the README shows: hosts by sinks, with the newest versions, and what else was run."""
    told = (
        "Flavours of tasks and views of which every transaction and error event, span or log record, as it left the\n"
        "process, named the right owner, of all flavours tried; of Prometheus, owners whose works and failures were\n"
        "counted right."
    )
    others = [f"the {era} ({', '.join(_titles([cell for cell in cells if cell.era == era]))})" for era in _eras(cells)]
    pairs = [" + ".join(TITLES[name] for name in pair) for pair in _pairs(cells)]
    also = [
        *([f"Two agents in one process: {', '.join(pairs)}."] if pairs else []),
        *([f"Also with {' and '.join(others)}."] if others else []),
    ]
    rest = "\n".join([*also, "[All flavours, pairs and versions](docs/hosts/matrix.md)."]) if also else ""
    return "\n\n".join(part for part in (_by_host(_plain(cells)), told, rest) if part)


def whole(cells: Sequence[Cell]) -> str:
    """Return the page: the summary's table, pairs of agents, other versions, and one table a host by flavour."""
    intro = (
        "Written by `python -m tests.agents.matrix` from what the tests received from the real agents. A cell counts\n"
        "the flavours of work, or the owners where a metric tells of nothing else, about which everything was right."
    )
    plain = _plain(cells)
    parts = ["# Support matrix", intro, _by_host(plain), f"With {_versions(plain)}."]
    if _pairs(cells):
        parts += ["## Two agents in one process", _by_pair(cells)]
    for era in _eras(cells):
        of_era = [cell for cell in cells if cell.era == era]
        parts += [f"## The {era}", _by_host(of_era), f"With {_versions(of_era)}."]
    for host in HOSTS:
        wheres = _wheres(plain, host)
        rows = [
            ("flavour", *wheres),
            *(
                (flavour, *(_joined(plain, host, where, flavour) for where in wheres))
                for flavour in _flavours(plain, host)
            ),
        ]
        parts += [f"## {TITLES[host]}: sinks in which all about a flavour was right, of those told of it", _table(rows)]
    return "\n\n".join(parts) + "\n"


def _by_host(cells: Sequence[Cell]) -> str:
    sinks = [sink for sink in SINKS if any(cell.sink == sink for cell in cells)]
    rows = [("host", "run by", *(_title(sink, cells) for sink in sinks))]
    for host in HOSTS:
        for where in _wheres(cells, host):
            found = {cell.sink: cell for cell in cells if (cell.host, cell.where) == (host, where)}
            rows.append((_host_title(found.values()), where, *(_count(found.get(sink)) for sink in sinks)))
    return _table(rows)


def _by_pair(cells: Sequence[Cell]) -> str:
    rows = [("agents", "host", "run by", "the first", "the second")]
    for pair in _pairs(cells):
        for host in HOSTS:
            together = {(cell.where, cell.sink, cell.beside): cell for cell in cells if cell.host == host}
            for where in dict.fromkeys(where for where, *names in together if sorted(names) == sorted(pair)):
                one, other = pair
                counts = _count(together.get((where, one, other))), _count(together.get((where, other, one)))
                rows.append((f"{TITLES[one]} + {TITLES[other]}", TITLES[host], where, *counts))
    return _table(rows)


def _pairs(cells: Iterable[Cell]) -> tuple[tuple[str, str], ...]:
    found = {tuple(sorted((cell.sink, cell.beside), key=SINKS.index)) for cell in cells if cell.beside}
    return tuple(sorted(found))  # type: ignore[arg-type]


def _plain(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if not cell.beside and not cell.era]


def _eras(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(sorted({cell.era for cell in cells if cell.era}))


def _titles(cells: Sequence[Cell]) -> list[str]:
    hosts = [_host_title(found) for host in HOSTS if (found := [cell for cell in cells if cell.host == host])]
    return [*hosts, *(_title(sink, cells) for sink in SINKS if any(cell.sink == sink for cell in cells))]


def _title(sink: str, cells: Iterable[Cell]) -> str:
    told = {text for cell in cells if cell.sink == sink for text in cell.versions}
    released = [text.rpartition(" ")[2] for text in told for name in DISTRIBUTIONS[sink] if text.startswith(f"{name} ")]
    return " ".join([TITLES[sink], *sorted(released)])


def _host_title(cells: Iterable[Cell]) -> str:
    host, released = next((cell.host, cell.versions) for cell in cells)
    versions = [text.rpartition(" ")[2] for text in released if text.startswith(f"{host} ")]
    return " ".join([TITLES[host], *versions])


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
