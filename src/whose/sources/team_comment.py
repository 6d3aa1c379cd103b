"""Ownership declared by a comment in the first lines of a file: ``# @team team-red``."""

from __future__ import annotations

import re
from itertools import islice

from whose.model import Rule, TeamName
from whose.sources.declared import DECLARED

#: How many lines from the top count, which leaves room for a shebang, an encoding and a licence.
FIRST_LINES = 20
#: How much of a file holds these lines in all but absurd cases.
FIRST_BYTES = 4_096

_COMMENT = re.compile(r"#\s*@team\s+(\S(?:.*\S)?)\s*")


def team_comment(text: str, *, file: str) -> Rule | None:
    """Return the declaration in the first lines of a text, as rubyatscale's code_ownership spells it, or None.

    >>> team_comment("# @team team-red", file="shop/cart.py").team
    'team-red'
    """
    if "@team" not in text[:FIRST_BYTES]:
        return None
    for number, line in islice(enumerate(text[:FIRST_BYTES].splitlines(), start=1), FIRST_LINES):
        found = _COMMENT.fullmatch(line.strip())
        if found is not None:
            return Rule(DECLARED, "# @team", TeamName(found[1]), file=file, line=number)
    return None
