"""Says with few claims who owns every node of a tree: one for a folder, and one for each exception inside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Claim:
    """Who owns a node and all below it that no later claim names."""

    #: The names on the way to the node; none for the whole tree.
    steps: tuple[str, ...]
    #: None takes ownership away from what a claim above it gave.
    owner: str | None
    #: Whether other nodes lie below it.
    is_folder: bool


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    #: The owner of the node itself, where it is one that has one: a file, or a package with code of its own.
    own: str | None = None
    is_leaf: bool = False
    #: The owners that cost the fewest claims below, and whether anything below has none.
    best: frozenset[str | None] = frozenset()
    has_unowned: bool = False


def fewest_claims(
    owners: Iterable[tuple[Sequence[str], str | None]], *, can_unset: bool
) -> tuple[tuple[Claim, ...], tuple[tuple[str, ...], ...]]:
    """Return the claims that give every node its owner, outer ones first, and the nodes for which none can.

    The number of claims is the smallest there is (J. A. Hartigan: Minimum mutation fits to a given tree, 1973). Without
    ``can_unset`` no claim may take ownership away; then what lies above something unowned cannot be claimed as a whole,
    and the code of such a package itself not at all.
    """
    root = _Node()
    for steps, owner in owners:
        node = root
        for step in steps:
            node = node.children.setdefault(step, _Node())
        node.is_leaf, node.own = True, owner
    for node in _inmost_first(root):
        _weigh(node)
    claims: list[Claim] = []
    unsayable: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], _Node, str | None]] = [((), root, None)]
    while waiting:
        steps, node, inherited = waiting.pop()
        owner = inherited
        if not can_unset and node.has_unowned and (node.children or not steps):
            if node.is_leaf and node.own is not None:
                unsayable.append(steps)
        elif node.best and inherited not in node.best and (can_unset or steps):
            owner = min(node.best, key=lambda one: (one is None, one or ""))
            claims.append(Claim(steps, owner, is_folder=bool(node.children)))
        waiting.extend(((*steps, name), node.children[name], owner) for name in sorted(node.children, reverse=True))
    return tuple(claims), tuple(unsayable)


def _inmost_first(root: _Node) -> Iterator[_Node]:
    order, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(node.children.values())
    return reversed(order)


def _weigh(node: _Node) -> None:
    votes: Counter[str | None] = Counter(owner for child in node.children.values() for owner in child.best)
    node.has_unowned = any(child.has_unowned for child in node.children.values())
    if node.is_leaf:
        node.has_unowned = node.has_unowned or node.own is None
        if node.children:
            # A package is claimed by the very claim that covers what is below, so its own code decides.
            votes[node.own] += len(node.children) + 1
        else:
            votes[node.own] += 1
    most = max(votes.values(), default=0)
    node.best = frozenset(owner for owner, count in votes.items() if count == most)
