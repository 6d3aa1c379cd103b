"""Reads teams: their levels, contacts and handles, and the levels that Open edX's themes stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from whose.config.checking import Checker
from whose.config.places import Place
from whose.model import Team, TeamName

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


def themed(
    checker: Checker, place: Place, themes: object, teams: Mapping[TeamName, Team]
) -> dict[TeamName, tuple[Team, str]]:
    """Return the teams of ``themes``, and where each is named.

    They get the levels that edx-django-utils 8.1 derives from CODE_OWNER_THEMES (code_owner/utils.py).
    """
    found: dict[TeamName, tuple[Team, str]] = {}
    for theme, owners in checker.table(place, themes, "themes").items():
        for number, name in enumerate(checker.strings(place, owners, "themes", theme)):
            where = place.place_of("themes", theme, number)
            squad = name.removeprefix(f"{theme}-")
            if squad == name or not squad:
                checker.problem(
                    where,
                    f"code owner {name!r} is not named after theme {theme!r}",
                    f"name it {theme}-{name}, or list it under its own theme",
                )
                continue
            team = TeamName(name)
            known = teams.get(team) or Team(team)
            if not known.levels and team not in found:
                found[team] = replace(known, levels={"theme": theme, "squad": squad}), where
    return found
