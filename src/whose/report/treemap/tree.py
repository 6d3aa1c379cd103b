"""Folds files into the nested lists that the treemap's script reads, small enough for sixty thousand files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from whose.report.coverage import Coverage, CoveredFile
from whose.report.states import State

#: A folder is ``[name, [children]]``, a file ``[name, lines, number of its owner]``.
Node = list[object]

_STATES = (State.MISSING, State.UNOWNED_ON_PURPOSE)


@dataclass(frozen=True, slots=True)
class Owners:
    """Numbers for all owners: 0 is nobody, 1 nobody on purpose, the teams follow, the largest first."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, coverage: Coverage) -> Owners:
        """Return the owners of all files."""
        return cls((*(state.value for state in _STATES), *coverage.by_team()))

    def shown(self, number: int) -> str:
        """Return how people read an owner."""
        return _STATES[number].words if number < len(_STATES) else self.names[number]

    def badge(self, number: int) -> str:
        """Return what marks an owner where its name has no room."""
        return ("!", "-")[number] if number < len(_STATES) else str(number - len(_STATES) + 1)


def tree_of(files: Iterable[CoveredFile], owners: Owners) -> Node:
    """Return the tree of all files; a folder with nothing but another folder in it is joined to that one."""
    numbers = {name: number for number, name in enumerate(owners.names)}
    children: list[object] = []
    folders: dict[str, list[object]] = {"": children}

    def inside(folder: str) -> list[object]:
        if folder not in folders:
            above, _, name = folder.rpartition("/")
            folders[folder] = []
            inside(above).append([name, folders[folder]])
        return folders[folder]

    for file in files:
        folder, _, name = file.path.rpartition("/")
        inside(folder).append([name, file.lines, numbers[file.owner]])
    return _joined(["", children])


def _joined(folder: Node) -> Node:
    name, children = folder
    if not isinstance(children, list):
        return folder
    while name and len(children) == 1 and isinstance(children[0][1], list):
        name, children = f"{name}/{children[0][0]}", children[0][1]
    return [name, [_joined(child) if isinstance(child[1], list) else child for child in children]]
