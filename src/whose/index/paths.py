"""Path rules compiled into an immutable PathIndex: the last rule that matches a path wins, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from whose.index.globs import parse_glob
from whose.index.name_table import NameTable
from whose.index.tree import Node, PatternTree, Place
from whose.sources.codeowners import Dialect

#: How many directories an index remembers before it starts anew: some 15 MB at most.
_REMEMBERED = 65_536
#: How long the path of a directory may be to be remembered, with all those around it.
_LONGEST = 512


class PathRule(Protocol):
    """What an index is compiled from: anything with a pattern."""

    @property
    def pattern(self) -> str: ...


R = TypeVar("R", bound=PathRule)


class _State:
    """All that matters of the directory that a path has come to; many directories share one."""

    __slots__ = ("below", "elsewhere", "floor", "literals", "nodes", "tables")

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
            # The nodes' own tuples serve as long as there is one only, which is what most states have.
            if node.literals_ceiling > floor:
                self.literals = self.literals + node.own_literals if self.literals else node.own_literals
            if node.globs_ceiling > floor:
                self.tables = self.tables + node.own_tables if self.tables else node.own_tables
        #: The state of a directory in here that no pattern names; None until one has come by.
        self.elsewhere: _State | None = None


class _Memory:
    """The directories seen so far; threads share it, since each write is atomic and those that race write the same."""

    __slots__ = ("all_places", "places", "root", "start", "states")

    def __init__(self, root: Node) -> None:
        self.root = root
        #: For those who ask for every rule that matches.
        self.all_places: dict[str | None, Place] = {}
        self.forget()

    def forget(self) -> None:
        self.states: dict[tuple[tuple[Node, ...], int], _State] = {}
        self.start = _State(self.root.opens, self.root.below)
        self.places: dict[str, _State] = {"": self.start}

    def arrive(self, directory: str) -> _State:
        """Return the state of a directory, and remember it and those around it."""
        if len(self.places) >= _REMEMBERED or len(self.states) >= _REMEMBERED:
            self.forget()
        places = self.places
        if len(directory) > _LONGEST or directory[0] == "/":
            state = places.get(directory[1:]) if directory[1:2] not in ("", "/") else None
            return state or self.walk(directory)
        outer, _, last = directory.rpartition("/")
        state = places.get(outer) or self.arrive(outer)
        state = places[directory] = self.step(state, last)
        return state

    def walk(self, directory: str) -> _State:
        """Return the state of a directory without remembering any on the way."""
        state = self.start
        for name in directory.removeprefix("/").split("/"):
            state = self.step(state, name)
        return state

    def step(self, state: _State, name: str) -> _State:
        """Return the state of a directory in another one."""
        below = state.below
        has_dot = "." in name
        arrived: list[Node] = []
        for node in state.nodes:
            if name in node.literals:
                arrived.append(node.literals[name])
            if node.any_name is not None:
                arrived.append(node.any_name)
            if node.globs_reach > below and node.table is not None and (has_dot or not node.table.wants_dot):
                arrived += node.table.matching(name, below)
        if not arrived:
            return state.elsewhere or self.elsewhere(state)
        entered = [node for node in state.nodes if node.is_deep]
        for node in arrived:
            if node.below > below:
                below = node.below
            entered += node.opens
        return self.state_of(state, entered, below)

    def elsewhere(self, state: _State) -> _State:
        """Return the state of a directory in another one that no pattern there names, and remember it."""
        after = state.elsewhere = self.state_of(state, [node for node in state.nodes if node.is_deep], state.below)
        return after

    def state_of(self, outer: _State, entered: list[Node], below: int) -> _State:
        # What can lead to earlier rules only is dropped; a node may have been entered twice.
        nodes = tuple(dict.fromkeys([node for node in entered if node.reach > below]))
        if below == outer.below and nodes == outer.nodes:
            return outer
        key = (nodes, below)
        return self.states.get(key) or self.states.setdefault(key, _State(nodes, below))


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
        if state.tables:
            # As NameTable.matching does, but without a call, and with the extension found once for all tables.
            extension = name[name.rfind(".") :]
            for table in state.tables:
                anchors = table.by_extension.get(extension)
                if anchors is not None and anchors.last_itself > best:
                    best = anchors.best(name, best)
                anchors = table.anywhere
                if anchors is not None and anchors.last_itself > best:
                    best = anchors.best(name, best)
        return self._answers[best]

    def find_all(self, path: str) -> tuple[R, ...]:
        """Return every rule that matches a path, in order; the last one is what :meth:`find` returns."""
        places = self._memory.all_places
        if len(places) >= _REMEMBERED:
            places.clear()
        return tuple([self.rules[number] for number in self._tree.matching(path.removeprefix("/"), places)])


def _recompiled(rules: tuple[R, ...], dialect: Dialect) -> PathIndex[R]:
    return PathIndex.compiled(rules, dialect=dialect)
