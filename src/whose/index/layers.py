"""What an index is asked about, a Subject, and the Layer that answers for one source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from whose.model import Rule, SourceName

if TYPE_CHECKING:
    from whose.index.sections import PathRules


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a piece of code when its owner is asked for; each layer judges the part that it understands."""

    #: Dotted name, ``shop.cart.views``; names of things inside the module may follow.
    module: str | None = None
    #: What the code says of itself: by ``@owned_by``, ``__code_owner__`` or a comment.
    declared: Rule | None = None
    #: What the nearest file next to the code says.
    nearby: Rule | None = None
    #: File of the code, relative to the repository, with ``/``; None where it lies elsewhere.
    path: str | None = None
    #: The other files of the repository that could be meant as well.
    other_paths: tuple[str, ...] = ()
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
class NearbyLayer:
    """Answers with what the nearest file next to the code says."""

    source: SourceName = SourceName("nearby")

    def find(self, subject: Subject) -> Rule | None:
        return subject.nearby

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


@dataclass(frozen=True, slots=True)
class PathLayer:
    """Answers by the last pattern that matches the path."""

    source: SourceName
    index: PathRules

    def find(self, subject: Subject) -> Rule | None:
        return self.index.find(subject.path) if subject.path is not None else None

    def rules(self) -> Iterator[Rule]:
        return iter(self.index.rules)


@dataclass(frozen=True, slots=True)
class ComponentLayer:
    """Answers by a name that stands anywhere in the dotted name, such as ``migrations``, the outermost first."""

    source: SourceName
    table: Mapping[str, Rule]

    def find(self, subject: Subject) -> Rule | None:
        names = (subject.module or "").split(".")
        return next((self.table[name] for name in names if name in self.table), None)

    def rules(self) -> Iterator[Rule]:
        return iter(self.table.values())


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Answers with the first of several layers of one source that knows."""

    source: SourceName
    layers: tuple[Layer, ...]

    def find(self, subject: Subject) -> Rule | None:
        return next((rule for layer in self.layers if (rule := layer.find(subject)) is not None), None)

    def rules(self) -> Iterator[Rule]:
        return iter(dict.fromkeys(rule for layer in self.layers for rule in layer.rules()))
