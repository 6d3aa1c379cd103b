"""Knows the teams by every name that ownership files may give them: their own, their handles, their mail address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whose.errors import Problem
from whose.model import Team, TeamName


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom an ownership file names."""

    #: The team that claims the name, else the name that it would have as a team of its own.
    team: TeamName
    is_claimed: bool
    is_person: bool


class Roster:
    """All teams, by name and handle.

    >>> red = Team(TeamName("team-red"), handles=("@shop/red-squad",))
    >>> Roster({red.name: red}).owner_of("@shop/red-squad")
    Owner(team='team-red', is_claimed=True, is_person=False)
    """

    def __init__(self, teams: Mapping[TeamName, Team]) -> None:
        self.teams = teams
        self._claims: dict[str, TeamName] = {_folded(name): name for name in teams}
        for team in teams.values():
            for handle in (*team.handles, *(text for kind, text in team.contacts.items() if kind == "mail")):
                self._claims[_folded(handle)] = team.name

    def owner_of(self, text: str) -> Owner:
        """Return whom a handle, mail address or team name means.

        A handle such as ``@org/team-red`` means the team with this handle, else the team of that name; when nobody
        claims it, it would be the team ``team-red``. What has no group before it (``@alice``, a mail address) is a
        person. Letter case does not count, as on GitHub and GitLab.
        """
        claimed = self._claims.get(_folded(text))
        last = text.rpartition("/")[2].lstrip("@") if text.startswith("@") else text
        if claimed is None and text.startswith("@"):
            claimed = self._claims.get(_folded(last))
        if claimed is not None:
            return Owner(claimed, is_claimed=True, is_person=False)
        is_person = "/" not in text and "@" in text and not text.startswith("@@")
        return Owner(TeamName(last), is_claimed=False, is_person=is_person)

    def first_owner(self, texts: Iterable[str]) -> Owner | None:
        """Return the owner among several: the first that a team claims, else the first group, else the first person."""
        owners = [self.owner_of(text) for text in texts]
        return min(owners, key=lambda owner: (not owner.is_claimed, owner.is_person), default=None)

    def problem_of(self, text: str, place: str) -> Problem | None:
        """Return what is to be said about a name that no team claims, or None.

        Where no team is known at all none could claim it, and that is not worth a word.
        """
        owner = self.owner_of(text)
        if owner.is_claimed:
            return None
        if owner.is_person:
            mend = "name a team, or give the person's handle to one"
            return Problem(place, f"{text!r} is a person, not a team", mend, kind="person_as_owner")
        if not self.teams:
            return None
        # Imported here, since right files need not wait for it.
        import difflib

        # By the last part, since all handles of a company begin alike; a team's handles come before its name.
        spelt: dict[str, str] = {}
        for name in (name for team in self.teams.values() for name in (*team.handles, team.name)):
            spelt.setdefault(_folded(name.rpartition("/")[2].removeprefix("@")), name)
        near = difflib.get_close_matches(_folded(owner.team), spelt, n=1)
        mend = f"did you mean {spelt[near[0]]!r}?" if near else "add it to the handles of a team"
        return Problem(place, f"no team claims {text!r}", mend, kind="unclaimed_handle")


def _folded(text: str) -> str:
    return text.casefold()


def claimed_twice(teams: Mapping[TeamName, Team], places: Mapping[TeamName, str]) -> list[Problem]:
    """Return a mistake for every handle that two teams claim."""
    first: dict[str, TeamName] = {}
    problems = []
    for team in teams.values():
        for handle in team.handles:
            other = first.setdefault(_folded(handle), team.name)
            if other != team.name:
                message = f"{team.name!r} has the handle {handle!r}, which {other!r} has too"
                problems.append(Problem(places.get(team.name, team.name), message, "leave it to one team"))
    return problems
