"""Path rules compiled into an immutable PathIndex: the last rule that matches a path wins, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from whose.index.globs import parse_glob
from whose.index.name_table import NameTable
from whose.index.tree import Node, PatternTree, Place
from whose.sources.codeowners import Dialect

#: How many directories, and how many steps between them, an index remembers before it starts anew: some 15 MB at most.
_REMEMBERED = 65_536

_NOTHING: dict[Any, Any] = {}


class PathRule(Protocol):
    """What an index is compiled from: anything with a pattern."""

    @property
    def pattern(self) -> str: ...


R = TypeVar("R", bound=PathRule)


class _State:
    """All that matters of the directory that a path has come to; many directories share one."""

    __slots__ = ("below", "floor", "literals", "next", "nodes", "tables")

    def __init__(self, nodes: tuple[Node, ...], below: int) -> None:
        floor = below
        for node in nodes:
            if node.any_itself > floor:
                floor = node.any_itself
        self.nodes = nodes
        #: The last rule that claims all below, and the last one that claims every file directly in here.
        self.below = below
        self.floor = floor
        #: Where rules for single names stand that would beat the floor.
        self.literals: tuple[dict[str, Node], ...] = ()
        self.tables: tuple[NameTable[Node], ...] = ()
        for node in nodes:
            if node.literals_ceiling > floor:
                self.literals += (node.literals,)
            if node.globs_ceiling > floor and node.table is not None:
                self.tables += (node.table,)
        #: By the name of a directory in here, its state: filled as paths come by.
        self.next: dict[str, _State] = _NOTHING


class _Memory:
    """The directories seen so far; threads share it, since each write is atomic and those that race write the same."""

    __slots__ = ("all_places", "places", "root", "start", "states", "steps")

    def __init__(self, root: Node) -> None:
        self.root = root
        #: For those who ask for every rule that matches.
        self.all_places: dict[str | None, Place] = {}
        self.forget()

    def forget(self) -> None:
        self.steps = 0
        self.states: dict[tuple[tuple[Node, ...], int], _State] = {}
        self.start = _State(self.root.opens, self.root.below)
        self.places: dict[str, _State] = {"": self.start}

    def arrive(self, directory: str) -> _State:
        """Return the state of a directory, and remember it."""
        outer, _, last = directory.rpartition("/")
        known = self.places.get(outer)
        state = known or self.start
        for name in (last,) if known is not None else directory.removeprefix("/").split("/"):
            state = state.next.get(name) or self.step(state, name)
        if len(self.places) >= _REMEMBERED:
            self.places = {"": self.start}
        self.places[directory] = state
        return state

    def step(self, state: _State, name: str) -> _State:
        """Return the state of a directory in another one, and remember it."""
        below = state.below
        has_dot = "." in name
        arrived: list[Node] = []
        entered: dict[Node, None] = {}
        for node in state.nodes:
            if node.is_deep:
                entered[node] = None
            if name in node.literals:
                arrived.append(node.literals[name])
            if node.any_name is not None:
                arrived.append(node.any_name)
            if node.globs_reach > below and node.table is not None and (has_dot or not node.table.wants_dot):
                arrived += node.table.matching(name, below)
        for node in arrived:
            if node.below > below:
                below = node.below
            for opened in node.opens:
                entered[opened] = None
        # What can lead to earlier rules only is dropped.
        nodes = tuple([node for node in entered if node.reach > below])
        if below == state.below and nodes == state.nodes:
            after = state
        else:
            key = (nodes, below)
            after = self.states.get(key) or self.states.setdefault(key, _State(nodes, below))
        if self.steps >= _REMEMBERED:
            self.forget()
        self.steps += 1
        if state.next is _NOTHING:
            state.next = {}
        state.next[name] = after
        return after


@dataclass(frozen=True, slots=True)
class PathIndex(Generic[R]):
    """Answers which rule claims a path; shared freely between threads and after a fork, and picklable.

    >>> from whose.model import Rule, SourceName, TeamName
    >>> index = PathIndex.compiled([
    ...     Rule(SourceName("codeowners"), "/src/", TeamName("team-red")),
    ...     Rule(SourceName("codeowners"), "*.js", TeamName("team-blue")),
    ... ])
    >>> index.find("src/shop/cart.js").team, index.find("src/shop/cart.py").team, index.find("README.md")
    ('team-blue', 'team-red', None)

    """

    rules: tuple[R, ...]
    dialect: Dialect
    _tree: PatternTree = field(compare=False, repr=False)
    _memory: _Memory = field(compare=False, repr=False)
    #: The rules by number; the last one answers for "no rule", which is -1.
    _answers: tuple[R | None, ...] = field(compare=False, repr=False)

    @classmethod
    def compiled(cls, rules: Iterable[R], *, dialect: Dialect = "github") -> PathIndex[R]:
        """Return the index of rules; a later rule beats an earlier one.

        A pattern that no path can match is kept among the rules and matches nothing.
        """
        rules = tuple(rules)
        tree = PatternTree.of(parse_glob(rule.pattern, dialect=dialect) for rule in rules)
        return cls(rules, dialect, tree, _Memory(tree.root), (*rules, None))

    def __reduce__(self) -> tuple[object, ...]:
        return _recompiled, (self.rules, self.dialect)

    def find(self, path: str) -> R | None:
        """Return the rule that claims a path, or None.

        The path is relative to the root of the repository, its names are parted by ``/``; one at the beginning is
        passed over.
        """
        directory, _, name = path.rpartition("/")
        memory = self._memory
        state = memory.places.get(directory) or memory.arrive(directory)
        best = state.floor
        for literals in state.literals:
            if name in literals and literals[name].itself > best:
                best = literals[name].itself
        for table in state.tables:
            for node in table.matching(name, best):
                if node.itself > best:
                    best = node.itself
        return self._answers[best]

    def find_all(self, path: str) -> tuple[R, ...]:
        """Return every rule that matches a path, in order; the last one is what :meth:`find` returns."""
        places = self._memory.all_places
        if len(places) >= _REMEMBERED:
            places.clear()
        return tuple([self.rules[number] for number in self._tree.matching(path.removeprefix("/"), places)])


def _recompiled(rules: tuple[R, ...], dialect: Dialect) -> PathIndex[R]:
    return PathIndex.compiled(rules, dialect=dialect)
