"""Templates: the time of rendering goes to the team that owns the template, where costs are kept."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Any

from whose.attribution import Attributor, leave_no_frame
from whose.costs import running_ledger
from whose.errors import contain
from whose.index import Subject
from whose.model import TeamName
from whose.patches import Patches

_MOST_KNOWN = 4_096


class Templates:
    """Knows who owns a template: the package in whose folder it lies, or a rule about its path."""

    def __init__(self, attributor: Attributor) -> None:
        self._resolver = attributor.resolver
        self._known: dict[str, TeamName | None] = {}

    def install(self, patches: Patches) -> None:
        """Wrap ``Template.render``, which included templates go through as well; Django 4.2 and later."""
        from django.template.base import Template

        patches.replace(Template, "render", self._rendering)

    def _rendering(self, original: Any) -> Any:
        def render(self_: Any, *args: Any, **kwargs: Any) -> Any:
            ledger = charge = None
            try:
                ledger = running_ledger()
                team = self._owner_of(self_) if ledger is not None else None
                charge = ledger.push(team) if ledger is not None and team is not None else None
            except Exception as error:
                contain(error, cause="charging a template")
            try:
                return original(self_, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if ledger is not None and charge is not None:
                    ledger.pop(charge)

        ours = render.__code__
        return functools.wraps(original)(render)

    def _owner_of(self, template: Any) -> TeamName | None:
        name = getattr(getattr(template, "origin", None), "name", None)
        if not isinstance(name, str):
            return None
        if name not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> TeamName | None:
        subject = Subject(module=_package_around(name), path=name)
        found = self._resolver.index.owner_of(subject, with_default=False)
        return found.team.name if found.team is not None else None


def _package_around(file: str) -> str | None:
    """Return the dotted name of the innermost loaded package in whose folder a file lies, or None."""
    folders = {
        folder: name
        for name, module in list(sys.modules.items())
        for folder in list(getattr(module, "__path__", None) or ())
        if isinstance(folder, str)
    }
    return next((folders[str(folder)] for folder in Path(file).parents if str(folder) in folders), None)
