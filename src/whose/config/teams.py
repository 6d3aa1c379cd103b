"""Reads teams: their levels, contacts and handles, and the levels that Open edX's themes stand for."""

from __future__ import annotations

from whose.config.checking import Checker
from whose.config.places import Place
from whose.model import Team, TeamName

#: Teams by name, each with where it is described.
Themed = dict[TeamName, tuple[Team, str]]

_FIELDS = ("levels", "contacts", "handles")


def read_team(checker: Checker, place: Place, name: str, details: object, *path: str | int) -> Team:
    """Return the team that a table with ``levels``, ``contacts`` and ``handles`` describes."""
    entries = checker.table(place, details, *path)
    for key in entries:
        if key not in _FIELDS:
            checker.unknown(place.place_of(*path, key), "key of a team", key, _FIELDS)
    return Team(
        TeamName(name),
        levels=checker.string_table(place, entries.get("levels", {}), *path, "levels"),
        contacts=checker.string_table(place, entries.get("contacts", {}), *path, "contacts"),
        handles=tuple(checker.strings(place, entries.get("handles", []), *path, "handles")),
    )


def themed(checker: Checker, place: Place, themes: object, *path: str | int) -> Themed:
    """Return the teams of a table of theme to code owners, and where each is named.

    They get the levels that edx-django-utils 8.1 derives from CODE_OWNER_THEMES (code_owner/utils.py).
    """
    found: Themed = {}
    for theme, owners in checker.table(place, themes, *path).items():
        for number, name in enumerate(checker.strings(place, owners, *path, theme)):
            where = place.place_of(*path, theme, number)
            squad = name.removeprefix(f"{theme}-")
            if squad == name or not squad:
                checker.problem(
                    where,
                    f"code owner {name!r} is not named after theme {theme!r}",
                    f"name it {theme}-{name}, or list it under its own theme",
                )
                continue
            team = Team(TeamName(name), levels={"theme": theme, "squad": squad})
            found.setdefault(team.name, (team, where))
    return found


class Teams:
    """The teams described so far; of one that several places describe, the first to tell a thing decides it."""

    def __init__(self) -> None:
        self.by_name: dict[TeamName, Team] = {}
        self.places: dict[TeamName, str] = {}

    def add(self, team: Team, place: str) -> None:
        """Take a team in, or what is new about one that is known."""
        known = self.by_name.get(team.name)
        self.places.setdefault(team.name, place)
        if known is not None:
            team = Team(
                team.name,
                levels=known.levels or team.levels,
                contacts={**team.contacts, **known.contacts},
                handles=tuple(dict.fromkeys((*known.handles, *team.handles))),
            )
        self.by_name[team.name] = team
