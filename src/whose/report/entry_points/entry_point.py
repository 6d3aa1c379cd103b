"""The value EntryPoint: a task or view, where it is declared and whose code it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A task or view as its source declares it."""

    #: ``task`` or ``view``.
    kind: str
    #: Name of the task; dotted name of the view.
    name: str
    #: Dotted name of the code that runs, which decides who owns it.
    code: str
    #: Where it is declared: for a view, the line of the URLconf.
    path: str
    line: int
    #: The route of a view as the URLconf spells it, from the site's root where the source tells.
    route: str = ""

    @property
    def place(self) -> str:
        """Return ``path:line`` of the declaration."""
        return f"{self.path}:{self.line}"
