"""Shows the teams there are, and everything that one of them owns, to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from whose.model import Ownership, Rule, Team
from whose.report.folders import fullest_folders
from whose.report.records import document, rule_record, team_record
from whose.report.states import State, state_of
from whose.report.survey import OwnedEntry, Survey
from whose.report.tables import because, number, state_text, table

#: Folders, tasks and views that are shown of a team unless all are asked for.
SHOWN = 20
_INDENT = (0, 0, 0, 2)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one owner has: a team, or nobody."""

    team: Team | None
    files: tuple[str, ...]
    tasks: tuple[OwnedEntry, ...]
    views: tuple[OwnedEntry, ...]
    rules: tuple[Rule, ...] = ()


def holdings(survey: Survey, entries: Iterable[OwnedEntry]) -> Mapping[str, Holdings]:
    """Return what every team has, by name, those that only code names included, and what nobody has, by state."""
    files: dict[str, list[str]] = {}
    teams = {team.name: team for team in survey.repository.teams}
    for path, ownership in survey.ownerships.items():
        files.setdefault(_key(ownership), []).append(path)
        if ownership.team is not None:
            teams.setdefault(ownership.team.name, ownership.team)
    by_kind: dict[tuple[str, str], list[OwnedEntry]] = {}
    for entry in entries:
        by_kind.setdefault((_key(entry.ownership), entry.entry.kind), []).append(entry)
        if entry.ownership.team is not None:
            teams.setdefault(entry.ownership.team.name, entry.ownership.team)
    rules: dict[str, list[Rule]] = {}
    for rule in survey.repository.rules:
        rules.setdefault(rule.team or State.UNOWNED_ON_PURPOSE, []).append(rule)
    names = [*sorted(teams), State.UNOWNED_ON_PURPOSE.value, State.MISSING.value]
    return {
        name: Holdings(
            teams.get(name),  # type: ignore[call-overload]
            tuple(files.get(name, ())),
            tuple(by_kind.get((name, "task"), ())),
            tuple(by_kind.get((name, "view"), ())),
            tuple(rules.get(name, ())),
        )
        for name in names
    }


def _key(ownership: Ownership) -> str:
    return ownership.team.name if ownership.team is not None else state_of(ownership).value


def print_teams(held: Mapping[str, Holdings], console: Console) -> None:
    """Print one row a team, and last what nobody owns."""
    levels = list(dict.fromkeys(level for one in held.values() if one.team for level in one.team.levels))
    counts = ("files", "tasks", "views", "rules")
    rows = table("team", *levels, "contacts", *counts, numbers=counts)
    for name, one in held.items():
        figures = (number(len(one.files)), number(len(one.tasks)), number(len(one.views)), number(len(one.rules)))
        if one.team is None:
            if one.files or one.tasks or one.views:
                state = State(name)
                rows.add_row(state_text(state, state.words), *("" for _ in levels), "", *figures)
            continue
        contacts = ", ".join(f"{kind} {text}" for kind, text in one.team.contacts.items())
        groups = (one.team.levels.get(level, "") for level in levels)
        rows.add_row(state_text(State.OWNED, name), *groups, contacts, *figures)
    console.print(rows)


def teams_document(held: Mapping[str, Holdings]) -> dict[str, object]:
    """Return the document of ``whose teams --json``."""
    return document(
        "teams",
        teams=[{**team_record(one.team), **_figures(one)} for one in held.values() if one.team is not None],
        **{name: _figures(one) for name, one in held.items() if one.team is None},
    )


def _figures(one: Holdings) -> dict[str, object]:
    return {"files": len(one.files), "tasks": len(one.tasks), "views": len(one.views), "rules": len(one.rules)}


def print_team(team: Team, one: Holdings, console: Console, *, is_everything: bool) -> None:
    """Print who a team is and what it owns; long lists are cut unless everything is asked for."""
    console.print(Text(team.name, style="bold cyan"))
    known = [*team.levels.items(), *team.contacts.items()]
    if team.handles:
        known.append(("handles", ", ".join(team.handles)))
    if known:
        facts = Table.grid(padding=(0, 2, 0, 0))
        for key, text in known:
            facts.add_row(Text(key, style="dim"), Text(text))
        console.print(Padding(facts, _INDENT, expand=False))
    most = None if is_everything else SHOWN
    _section(console, "rule", [_texts(rule.pattern, rule.source, rule.place) for rule in one.rules], most=most)
    if is_everything:
        _section(console, "file", [_texts(path) for path in one.files], most=None)
    else:
        folders = [_texts(number(count), folder) for folder, count in fullest_folders(one.files)]
        _section(console, "file", folders, most=most, count=len(one.files))
    _section(console, "task", [_entry_row(entry) for entry in one.tasks], most=most)
    _section(console, "view", [_entry_row(entry) for entry in one.views], most=most)


def _texts(*texts: str) -> list[Text]:
    return [Text(text) for text in texts]


def _entry_row(entry: OwnedEntry) -> list[Text]:
    what = [entry.entry.name, *([entry.entry.route] if entry.entry.kind == "view" else []), entry.entry.place]
    return [*_texts(*what), because(entry.ownership)]


def _section(
    console: Console, what: str, rows: Sequence[Sequence[Text]], *, most: int | None, count: int | None = None
) -> None:
    """Print rows below a line that counts them; no more than ``most``, and then how many there are besides."""
    total = len(rows) if count is None else count
    console.print()
    console.print(Text(f"{number(total)} {what}{'' if total == 1 else 's'}", style="bold"))
    if not rows:
        return
    shown = Table.grid(padding=(0, 2, 0, 0))
    for column in range(len(rows[0])):
        shown.add_column(overflow="fold", justify="right" if count is not None and column == 0 else "left")
    for row in rows[:most]:
        shown.add_row(*row)
    console.print(Padding(shown, _INDENT, expand=False))
    if most is not None and len(rows) > most:
        more = Text(f"and {number(len(rows) - most)} more; --all shows them", style="dim")
        console.print(Padding(more, _INDENT, expand=False))


def team_document(team: Team, one: Holdings) -> dict[str, object]:
    """Return the document of ``whose team NAME --json``."""
    return document(
        "team",
        **team_record(team),
        rules=[rule_record(rule) for rule in one.rules],
        files=list(one.files),
        tasks=[entry_record(entry) for entry in one.tasks],
        views=[entry_record(entry) for entry in one.views],
    )


def entry_record(entry: OwnedEntry) -> dict[str, object]:
    """Return a task or view as JSON has it."""
    return {
        "name": entry.entry.name,
        "code": entry.entry.code,
        "route": entry.entry.route or None,
        "path": entry.entry.path,
        "line": entry.entry.line,
    }
