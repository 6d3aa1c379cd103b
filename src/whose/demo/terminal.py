"""Prints what a run of the demo brought to light, for people to read, at any width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from whose.demo.expected import NOBODY
from whose.demo.run import Outcome
from whose.demo.summary import Summary
from whose.demo.verdict import Verdict

#: Entries and differences that are listed; the page has them all.
SHOWN = 8
_GAP = 3


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Print the tables and, last, where the eye stays, the verdict."""
    summary = outcome.summary
    tables = (
        _titled("Transactions by owner", _owners(summary)),
        _titled("Unowned code, the most used first", _unowned(summary)),
        _titled("Failures: whose, and whose fault", _crossing(summary.faults, "entry", "at fault")),
        _titled("Hand-offs: who asked whom", _crossing(summary.hand_offs, "from", "to")),
        _titled("Own time by owner", _own_time(summary)),
    )
    for row in _rows([table for table in tables if table is not None], console):
        console.print()
        console.print(row)
    console.print()
    for line in _verdict(outcome.verdict):
        console.print(line)


def _titled(title: str, table: Table | None) -> Group | None:
    return None if table is None else Group(Text(title, style="bold"), table)


def _rows(blocks: Sequence[RenderableType], console: Console) -> Iterator[Table]:
    """Return the blocks in rows, as many side by side as there is room for."""
    row: list[RenderableType] = []
    room = console.width
    for block in blocks:
        needed = console.measure(block).maximum + _GAP
        if row and needed > room:
            yield _side_by_side(row)
            row, room = [], console.width
        row.append(block)
        room -= needed
    if row:
        yield _side_by_side(row)


def _side_by_side(blocks: Sequence[RenderableType]) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_row(*blocks)
    return grid


def _owners(summary: Summary) -> Table:
    table = _table("owner", "requests", "tasks", "errors", "p50 ms", "p95 ms")
    for row in summary.owners:
        errors = Text(str(row.errors) if row.errors else "", style="red")
        times = (f"{1000 * row.p50:.1f}", f"{1000 * row.p95:.1f}")
        table.add_row(_owner(row.owner), str(row.requests), str(row.tasks), errors, *times)
    return table


def _unowned(summary: Summary) -> Table | None:
    if not summary.unowned:
        return None
    table = _table("what", "count", "errors", "total ms")
    table.add_column("no rule claims", overflow="fold")
    for row in summary.unowned[:SHOWN]:
        errors = Text(str(row.errors) if row.errors else "", style="red")
        table.add_row(row.entry, str(row.count), errors, f"{1000 * row.total:.0f}", row.module)
    return table


def _crossing(counts: Mapping[tuple[str, str], int], one: str, other: str) -> Table | None:
    """Return what passes between different owners, the most frequent first, and a line for the rest."""
    across = sorted(((count, pair) for pair, count in counts.items() if pair[0] != pair[1]), reverse=True)
    within = sum(count for (first, second), count in counts.items() if first == second)
    if not counts:
        return None
    table = _table(one, "count")
    table.add_column(other)
    for count, (first, second) in across:
        table.add_row(_owner(first), str(count), _owner(second))
    if within:
        table.add_row(Text("any", style="dim"), Text(str(within), style="dim"), Text("the same owner", style="dim"))
    return table


def _own_time(summary: Summary) -> Table | None:
    if not summary.own_seconds:
        return None
    table = _table("owner", "seconds", "share")
    total = sum(summary.own_seconds.values())
    for owner, seconds in sorted(summary.own_seconds.items(), key=lambda item: -item[1]):
        table.add_row(_owner(owner), f"{seconds:.2f}", f"{seconds / total:.0%}" if total else "")
    return table


def _verdict(verdict: Verdict) -> Iterator[Text]:
    for entry, difference, count in verdict.wrong[:SHOWN]:
        said = f": {difference.aspect} is {difference.got}, expected {difference.expected}"
        yield Text.assemble(("✗ ", "red"), (entry, "bold"), said, (f"  ({count} times)", "dim"))
    if len(verdict.wrong) > SHOWN:
        yield Text(f"  and {len(verdict.wrong) - SHOWN} more", style="dim")
    for what in verdict.missing[:SHOWN]:
        yield Text.assemble(("✗ ", "red"), what)
    if len(verdict.missing) > SHOWN:
        yield Text(f"  and {len(verdict.missing) - SHOWN} more", style="dim")
    style = "bold green" if verdict.is_right else "bold red"
    yield Text.assemble((f"{'✓' if verdict.is_right else '✗'} {verdict}", style), ", by the shop's own list of owners")


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _owner(name: str) -> Text:
    return Text("nobody", style="yellow") if name == NOBODY else Text(name)
