"""The order in which the sections of a GitLab CODEOWNERS file are asked: those that the configuration prefers first."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from whose.errors import Problem
from whose.sources.codeowners import ParsedCodeowners


def preferred_sections(parsed: ParsedCodeowners, first: Sequence[str]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the sections of a file, those named ``first`` before the others, and a problem for each unknown name.

    The lines before any heading make up the section with the empty name.
    """
    sections = dict.fromkeys(["", *(line.section for line in parsed.rules)])
    by_name = {section.casefold(): section for section in sections}
    preferred, problems = [], []
    for name in first:
        known = by_name.get(name.casefold())
        if known is not None:
            preferred.append(known)
            continue
        near = difflib.get_close_matches(name, sections, n=1)
        others = ", ".join(repr(section) for section in sections if section) or "none"
        mend = f"did you mean {near[0]!r}?" if near else f"it has {others}"
        problems.append(Problem(parsed.file, f"has no section {name!r}", mend))
    return tuple(dict.fromkeys((*preferred, *sections))), tuple(problems)
