"""Turns what reading the rules brought to light into findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from whose.errors import ConfigurationError, Problem
from whose.report.lint.finding import Finding

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)")
_CODES = {
    "person_as_owner": "WH204",
    "unclaimed_handle": "WH202",
    "contradiction": "WH104",
    "too_large": "WH402",
    "unreadable_file": "WH402",
}
#: What only where a package is not installed is a problem.
_INSTALLATION = "distribution_not_installed"


def findings_of(
    problems: Iterable[Problem], *, relative: Callable[[str], str], has_packages: bool
) -> Iterator[Finding]:
    """Return a finding for each thing that was wrong in an ownership file."""
    for problem in problems:
        if problem.kind == _INSTALLATION:
            if has_packages:
                yield _finding(problem, "WH105", relative)
        else:
            yield _finding(problem, _CODES.get(problem.kind, "WH401"), relative)


def findings_of_mistakes(error: ConfigurationError, *, relative: Callable[[str], str]) -> tuple[Finding, ...]:
    """Return a finding for each mistake that keeps the rules from being read."""
    return tuple(_finding(problem, "WH001", relative) for problem in error.problems)


def _finding(problem: Problem, code: str, relative: Callable[[str], str]) -> Finding:
    found = _PLACE.fullmatch(problem.place)
    is_setting = found is None and not ("/" in problem.place or "." in problem.place.rpartition("/")[2])
    return Finding(
        code,
        problem.message,
        problem.mend,
        subject=problem.message,
        file=relative(found["file"]) if found else None if is_setting else relative(problem.place),
        line=int(found["line"]) if found else None,
        setting=problem.place if is_setting else None,
    )
