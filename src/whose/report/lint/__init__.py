"""Checks the rules of a repository against its files, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from whose.errors import Problem
from whose.report.lint.codes import CODES, Code, Gravity
from whose.report.lint.disagreements import find_disagreements
from whose.report.lint.examined import Examined
from whose.report.lint.finding import Edit, Finding
from whose.report.lint.module_rules import find_in_module_rules
from whose.report.lint.owners import find_in_owners
from whose.report.lint.path_rules import find_in_path_rules
from whose.report.lint.problems import findings_of

__all__ = ["CODES", "Code", "Edit", "Examined", "Finding", "Gravity", "find", "is_selected"]

_CHECKS: tuple[Callable[[Examined], Iterator[Finding]], ...] = (
    find_in_path_rules,
    find_in_module_rules,
    find_in_owners,
    find_disagreements,
)


def find(examined: Examined, problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Return everything that is wrong with the rules, by file and line; ``problems`` came up while reading them."""
    findings = list(findings_of(problems, relative=examined.relative, has_packages=examined.has_packages))
    for check in _CHECKS:
        findings.extend(check(examined))
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.order))


def is_selected(code: str, *, selected: Collection[str], ignored: Collection[str]) -> bool:
    """Tell whether a code is asked for; ``WH1`` stands for all that begin so, and the longer prefix decides."""
    chosen = max((len(prefix) for prefix in selected if code.startswith(prefix)), default=0 if selected else 1)
    dropped = max((len(prefix) for prefix in ignored if code.startswith(prefix)), default=0)
    return chosen > dropped
