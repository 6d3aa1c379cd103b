"""Writes a CODEOWNERS file that gives every file the owner that it has now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from whose.model import Ownership, Team, TeamName
from whose.report.export.claims import Claim, fewest_claims
from whose.sources.codeowners import Dialect

_SPECIAL = re.compile(r"[\\*?\[\]#\s]")


def codeowners_text(
    ownerships: Mapping[str, Ownership], *, handle_of: Callable[[Team], str], dialect: Dialect = "github"
) -> str:
    """Return the text.

    On GitHub, what has no owner, on purpose or not, gets a line without owners where a folder around it has one. GitLab
    has none, and exclusions cannot be taken back further in, so no folder with something unowned in it is claimed.
    """
    teams = {ownership.team.name: ownership.team for ownership in ownerships.values() if ownership.team is not None}
    claims, _ = fewest_claims(
        ((path.split("/"), ownership.team.name if ownership.team else None) for path, ownership in ownerships.items()),
        can_unset=dialect == "github",
    )
    lines = [
        (_pattern(claim), handle_of(teams[TeamName(claim.owner)]) if claim.owner is not None else "")
        for claim in claims
    ]
    width = min(60, max((len(pattern) for pattern, handle in lines if handle), default=0))
    text = "# Written by whose export codeowners. The last matching line counts.\n"
    text += "".join(f"{pattern:<{width}} {handle}".rstrip() + "\n" for pattern, handle in lines)
    return text


def _pattern(claim: Claim) -> str:
    if not claim.steps:
        return "*"
    path = "/".join(_SPECIAL.sub(r"\\\g<0>", step) for step in claim.steps)
    return f"/{path}/" if claim.is_folder else f"/{path}"
