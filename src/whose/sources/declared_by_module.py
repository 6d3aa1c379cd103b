"""Ownership that a running module, or a package around it, declares by ``__code_owner__``."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from whose.config.places import shown
from whose.model import Rule, TeamName
from whose.sources.declared import DECLARED, MARK


def declared_by_modules(name: str) -> Rule | None:
    """Return the declaration of the innermost module of a dotted name that is imported and makes one, or None.

    What a package declares covers everything below it.
    """
    while name:
        module = sys.modules.get(name)
        if module is not None:
            rule = declared_by_module(module)
            if rule is not None:
                return rule
        name = name.rpartition(".")[0]
    return None


def declared_by_module(module: ModuleType) -> Rule | None:
    """Return what a module itself declares, or None."""
    try:
        team = vars(module).get(MARK)
    except TypeError:
        # A stand-in for a module, as lazy importers put into sys.modules.
        return None
    if isinstance(team, Rule):
        return team
    if not isinstance(team, str) or not team:
        return None
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return Rule(DECLARED, MARK, TeamName(team), setting=f"{MARK} of {module.__name__}")
    return Rule(DECLARED, MARK, TeamName(team), file=shown(Path(file)), line=_line_of_mark(file))


def _line_of_mark(file: str) -> int | None:
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            return next((number for number, text in enumerate(lines, start=1) if text.lstrip().startswith(MARK)), None)
    except OSError:
        # Imported from an archive, or deleted since.
        return None
