"""Reads teams from files: one team a file, as rubyatscale's code_teams lays them out, or a table of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whose.config import Checker, Place
from whose.config.teams import read_team
from whose.model import Team

#: The files that count in a folder of teams, at any depth.
INSIDE_FOLDERS = "**/*.*"
_OURS = ("levels", "contacts", "handles")
#: Where plugins of code_teams commonly keep a team's chat, and what they call the room for people.
_ROOMS = ("room_for_humans", "room", "channel")


def read_teams(checker: Checker, place: Place) -> Iterator[tuple[Team, str]]:
    """Yield the teams of one document, and where each stands.

    A document with a ``name`` is one team; else it is a table of teams by name, perhaps under ``teams``.
    """
    if isinstance(place.values.get("name"), str):
        yield _single(checker, place), place.place_of()
        return
    path = ("teams",) if isinstance(place.values.get("teams"), Mapping) else ()
    table = place.values["teams"] if path else place.values
    for name, details in checker.table(place, table, *path).items():
        yield read_team(checker, place, name, details, *path, name), place.place_of(*path, name)


def _single(checker: Checker, place: Place) -> Team:
    """Return the team of a file of its own, which may hold keys for many other tools."""
    values = place.values
    team = read_team(checker, place, str(values["name"]), {key: values[key] for key in _OURS if key in values})
    handles, contacts = list(team.handles), dict(team.contacts)
    github = values.get("github")
    if isinstance(github, Mapping) and isinstance(github.get("team"), str):
        handles.append(github["team"])
    slack = values.get("slack")
    if isinstance(slack, Mapping):
        slack = next((slack[key] for key in _ROOMS if key in slack), None)
    if isinstance(slack, str):
        contacts.setdefault("chat", slack)
    return Team(team.name, levels=team.levels, contacts=contacts, handles=tuple(dict.fromkeys(handles)))
