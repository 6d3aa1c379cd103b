"""Lays out what people read: tables without frames, and owners in colours that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from whose.model import Ownership
from whose.report.states import State, is_by_default, state_of

_STYLES = {State.OWNED: "bold cyan", State.UNOWNED_ON_PURPOSE: "dim", State.MISSING: "bold red"}


def table(*columns: str, numbers: Iterable[str] = ()) -> Table:
    """Return a table in which no cell is cut: what is too wide goes on in the next line."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    right = frozenset(numbers)
    for column in columns:
        made.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return made


def owner_text(ownership: Ownership) -> Text:
    """Return the owner in its colour; what only the default owner has is marked as such."""
    state = state_of(ownership)
    if ownership.team is None:
        return Text(state.words, style=_STYLES[state])
    if is_by_default(ownership):
        return Text.assemble((ownership.team.name, "yellow"), (" by default", "dim"))
    return Text(ownership.team.name, style=_STYLES[state])


def state_text(state: State, text: str) -> Text:
    """Return a text in the colour of a state."""
    return Text(text, style=_STYLES[state])


def because(ownership: Ownership) -> Text:
    """Return why: the rule with its place, and the reason where there is one."""
    why = Text(str(ownership.rule) if ownership.rule is not None else "no rule claims it")
    if ownership.reason:
        why.append(f" ({ownership.reason.replace('_', ' ')})", style="dim")
    return why


def number(value: int) -> str:
    """Return a number as people read it."""
    return f"{value:,}"
