"""Prints figures beside the peer's, with the line to reach and whether it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measuring import Figure


@dataclass(frozen=True, slots=True)
class Line:
    """The most that a figure may be, and in words where that comes from."""

    most: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours."""

    what: str
    ours: Figure
    peer: Figure | None = None
    line: Line | None = None

    @property
    def is_reached(self) -> bool:
        """Tell whether the line is kept to, or there is none."""
        return self.line is None or self.ours.median <= self.line.most


@dataclass(frozen=True, slots=True)
class Table:
    """Rows about one thing, in one unit."""

    title: str
    unit: str
    peer: str
    rows: Sequence[Row]


def rendered(table: Table) -> str:
    """Return a table as text, its columns aligned."""
    head = ("", f"ours, {table.unit}", "low .. high", table.peer, "ours/peer", "to reach", "")
    lines = [head, *(_cells(row) for row in table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join([table.title, *_aligned(lines, widths)])


def _aligned(lines: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Iterator[str]:
    for first, *others in lines:
        cells = [first.ljust(widths[0])]
        cells += [
            cell.ljust(width) if column == len(others) - 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(others, widths[1:], strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    peer = row.peer.median if row.peer is not None else None
    return (
        row.what,
        _number(row.ours.median),
        f"{_number(row.ours.lowest)} .. {_number(row.ours.highest)}",
        _number(peer) if peer is not None else "",
        f"{row.ours.median / peer:.2f}" if peer else "",
        f"<= {_number(row.line.most)} {row.line.words}".rstrip() if row.line is not None else "",
        "" if row.line is None else "reached" if row.is_reached else "NOT REACHED",
    )


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
