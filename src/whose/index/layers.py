"""What an index is asked about, a Subject, and the Layer that answers for one source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from whose.model import Rule, SourceName


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a piece of code when its owner is asked for; each layer judges the part that it understands."""

    #: Dotted name, ``shop.cart.views``; names of things inside the module may follow.
    module: str | None = None
    #: What the code says of itself by ``@owned_by``.
    declared: Rule | None = None
    #: File the code was read from, as Python knows it; absolute, or relative to the repository.
    path: str | None = None
    #: Name of the task and route of the view, for the sources of last resort.
    task: str | None = None
    url: str | None = None


class Layer(Protocol):
    """All rules of one source, compiled. Must be immutable, picklable and free of I/O."""

    @property
    def source(self) -> SourceName: ...

    def find(self, subject: Subject) -> Rule | None:
        """Return the rule of this source that claims the subject, or None."""
        ...

    def rules(self) -> Iterator[Rule]:
        """Return every rule, each once, in the order of declaration."""
        ...


@dataclass(frozen=True, slots=True)
class DeclaredLayer:
    """Answers with what the code declares of itself."""

    source: SourceName = SourceName("declared")

    def find(self, subject: Subject) -> Rule | None:
        return subject.declared

    def rules(self) -> Iterator[Rule]:
        return iter(())


@dataclass(frozen=True, slots=True)
class PrefixLayer:
    """Answers by the most specific dotted prefix, whole components only, in time that depends on the depth alone."""

    source: SourceName
    table: Mapping[str, Rule]

    def find(self, subject: Subject) -> Rule | None:
        name = subject.module
        if not name:
            return None
        table = self.table
        while True:
            rule = table.get(name)
            if rule is not None:
                return rule
            cut = name.rfind(".")
            if cut < 0:
                return None
            name = name[:cut]

    def rules(self) -> Iterator[Rule]:
        return iter(dict.fromkeys(self.table.values()))
