"""How the page names and colours owners: the same everywhere, and nobody in grey."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from whose.demo.expected import NOBODY

#: How many colours style.css has; more teams than these share colours, and are told apart by their names.
_COLOURS = 8


class Owners:
    """The owners of one run."""

    def __init__(self, teams: Sequence[str]) -> None:
        self._place = {team: place for place, team in enumerate(teams)}

    def colour(self, owner: str) -> str:
        """Return a CSS colour."""
        if owner == NOBODY:
            return "var(--nobody)"
        return f"var(--team-{self._place.get(owner, len(self._place)) % _COLOURS})"

    def name(self, owner: str) -> str:
        """Return how the page calls an owner."""
        return "nobody" if owner == NOBODY else owner

    def sorted(self, owners: set[str]) -> list[str]:
        """Return owners in the order of the shop's list of teams, nobody last."""
        return sorted(owners, key=lambda owner: (owner == NOBODY, self._place.get(owner, len(self._place)), owner))

    def chip(self, owner: str) -> str:
        """Return an owner's name with its colour, as HTML."""
        return f'<span class="chip" style="--own:{self.colour(owner)}"><i></i>{escape(self.name(owner))}</span>'
