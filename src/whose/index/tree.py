"""The tree that all path patterns make up together, segment by segment, with the number of a rule where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from whose.index.globs import PathGlob, Segment
from whose.index.name_table import NameTable
from whose.index.names import NameGlob, Wild

NO_RULE = -1

# Most nodes are leaves; they share what is empty, which spares half the memory.
_NOTHING: dict[Any, Any] = {}


class Node:
    """A place between two segments of patterns: what may follow, and which rules end here."""

    __slots__ = (
        "any_itself",
        "any_name",
        "below",
        "deep",
        "globs",
        "globs_ceiling",
        "globs_reach",
        "is_deep",
        "itself",
        "literals",
        "literals_ceiling",
        "opens",
        "own_literals",
        "own_tables",
        "reach",
        "table",
    )

    def __init__(self, *, is_deep: bool = False) -> None:
        self.literals: dict[str, Node] = _NOTHING
        self.globs: dict[NameGlob, Node] = _NOTHING
        self.table: NameTable[Node] | None = None
        self.any_name: Node | None = None
        #: What follows ``**``; such a node stays in force in every directory below.
        self.deep: Node | None = None
        self.is_deep = is_deep
        #: The last rule that claims a file by the name that led here, and all below a directory by that name.
        self.itself = NO_RULE
        self.below = NO_RULE
        #: The nodes in force in a directory whose name led here.
        self.opens: tuple[Node, ...] = ()
        #: ``literals`` and ``table``, ready for those who gather them from several nodes.
        self.own_literals: tuple[dict[str, Node], ...] = ()
        self.own_tables: tuple[NameTable[Node], ...] = ()
        #: The last rule for a file whose name stands here in full, or is matched by a glob here, and for any file here.
        self.literals_ceiling = NO_RULE
        self.globs_ceiling = NO_RULE
        self.any_itself = NO_RULE
        #: The last rule that may come of a directory whose name a glob here matches, and of whatever follows here.
        self.globs_reach = NO_RULE
        self.reach = NO_RULE

    def child(self, segment: Segment) -> Node:
        """Return the node behind a segment, made where there is none."""
        if isinstance(segment, str):
            if self.literals is _NOTHING:
                self.literals = {}
            return self.literals.get(segment) or self.literals.setdefault(segment, Node())
        if isinstance(segment, NameGlob):
            if self.globs is _NOTHING:
                self.globs = {}
            return self.globs.get(segment) or self.globs.setdefault(segment, Node())
        if segment is Wild.PATH:
            self.deep = self.deep or Node(is_deep=True)
            return self.deep
        self.any_name = self.any_name or Node()
        return self.any_name

    def following(self, name: str) -> list[Node]:
        """Return the nodes that a name leads to."""
        found = [*self.table.matching(name, NO_RULE)] if self.table is not None else []
        if name in self.literals:
            found.append(self.literals[name])
        if self.any_name is not None:
            found.append(self.any_name)
        return found

    def inner(self) -> list[Node]:
        """Return the nodes that follow, by whatever name."""
        others = [node for node in (self.any_name, self.deep) if node is not None]
        return [*self.literals.values(), *self.globs.values(), *others]

    @property
    def last_rule(self) -> int:
        """Return the last rule that may come of a path that leads here."""
        return max(self.itself, self.below, self.reach)

    def close(self) -> None:
        """Compile what was gathered here, after all that follows."""
        if self.literals:
            self.own_literals = (self.literals,)
            self.literals_ceiling = max([node.itself for node in self.literals.values()])
        if self.globs:
            self.table = NameTable([(glob, node, node.last_rule) for glob, node in self.globs.items()])
            self.own_tables = (self.table,)
            self.globs_ceiling = max([node.itself for node in self.globs.values()])
            self.globs_reach = max([max(node.below, node.reach) for node in self.globs.values()])
        if self.any_name is not None:
            self.any_itself = self.any_name.itself
        inner = self.inner()
        if inner:
            self.reach = max([node.last_rule for node in inner])
        if self.literals or self.globs or self.any_name is not None:
            self.opens = (self,)
        if self.deep is not None:
            self.opens += (self.deep,)


class Place(NamedTuple):
    """A directory as all the patterns see it."""

    #: The nodes in force in it, and the numbers of the patterns that match all below it.
    nodes: tuple[Node, ...]
    found: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatternTree:
    """Every pattern of an index. Where two end at the same place the later one stands there and knows the earlier."""

    root: Node
    earlier_itself: dict[int, int]
    earlier_below: dict[int, int]

    @classmethod
    def of(cls, globs: Iterable[PathGlob | None]) -> PatternTree:
        """Return the tree of patterns, numbered in their order; None stands for one that no path can match."""
        root = Node()
        earlier_itself: dict[int, int] = {}
        earlier_below: dict[int, int] = {}
        for number, glob in enumerate(globs):
            if glob is None:
                continue
            node = root
            for segment in glob.segments:
                node = node.child(segment)
            if glob.matches_itself:
                earlier_itself[number], node.itself = node.itself, number
            if glob.matches_below:
                earlier_below[number], node.below = node.below, number
        nodes = [root]
        for node in nodes:
            nodes += node.inner()
        for node in reversed(nodes):
            node.close()
        return cls(root, earlier_itself, earlier_below)

    def matching(self, path: str, places: dict[str | None, Place]) -> list[int]:
        """Return the numbers of all patterns that match a path, in order.

        ``places`` remembers each directory, and under None what is around all of them.
        """
        end = path.rfind("/")
        directory = path[:end] if end >= 0 else None
        place = places.get(directory)
        if place is None:
            place = places[directory] = self._place(directory, places)
        found = place.found
        for node in place.nodes:
            for after in node.following(path[end + 1 :]):
                if after.itself != NO_RULE:
                    found = (*found, *_chain(after.itself, self.earlier_itself))
        return sorted(set(found))

    def _place(self, directory: str | None, places: dict[str | None, Place]) -> Place:
        top = Place(self.root.opens, tuple(_chain(self.root.below, self.earlier_below)))
        if directory is None:
            return top
        outer, slash, last = directory.rpartition("/")
        known = places.get(outer) if slash else None
        place = known or top
        for name in (last,) if known is not None else directory.split("/"):
            place = self._inside(place, name)
        return place

    def _inside(self, outer: Place, name: str) -> Place:
        following = [after for node in outer.nodes for after in node.following(name)]
        found = outer.found
        for after in following:
            if after.below != NO_RULE:
                found = (*found, *_chain(after.below, self.earlier_below))
        in_force = [node for node in outer.nodes if node.is_deep]
        for after in following:
            in_force += after.opens
        return Place(tuple(dict.fromkeys(in_force)), found)


def _chain(number: int, earlier: dict[int, int]) -> list[int]:
    chain = []
    while number != NO_RULE:
        chain.append(number)
        number = earlier[number]
    return chain
