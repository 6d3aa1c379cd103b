"""Coverage: how many files and lines are owned, unowned on purpose, or missing an owner, per team and per folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from whose.model import Ownership
from whose.report.states import State, is_by_default, state_of


@dataclass(frozen=True, slots=True)
class CoveredFile:
    """One file and who owns it."""

    path: str
    ownership: Ownership
    lines: int

    @property
    def state(self) -> State:
        """Return whether the file is owned."""
        return state_of(self.ownership)

    @property
    def owner(self) -> str:
        """Return the name of the team, or the state of a file that has none."""
        return self.ownership.team.name if self.ownership.team is not None else self.state.value


@dataclass(slots=True)
class Amount:
    """A number of files and the lines in them."""

    files: int = 0
    lines: int = 0

    def add(self, file: CoveredFile) -> None:
        """Count one more file."""
        self.files += 1
        self.lines += file.lines


@dataclass(frozen=True, slots=True)
class Portion:
    """What a part of the repository has of each state; the amounts of ``by_state`` sum up to ``all``."""

    all: Amount
    by_state: Mapping[State, Amount]

    def covered(self) -> float:
        """Return the percentage of files that need an owner and have one; 100 where none needs one.

        Files that are unowned on purpose need none.
        """
        owned, missing = self.by_state[State.OWNED].files, self.by_state[State.MISSING].files
        return 100 * owned / (owned + missing) if owned + missing else 100.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every file with its owner."""

    files: tuple[CoveredFile, ...]

    def whole(self) -> Portion:
        """Return what the repository as a whole has of each state."""
        return _portions(self.files, lambda _: "").get("", _nothing())

    def by_default(self) -> Amount:
        """Return what only the default owner owns: gaps that a catch-all hides."""
        amount = Amount()
        for file in self.files:
            if is_by_default(file.ownership):
                amount.add(file)
        return amount

    def by_team(self) -> Mapping[str, Amount]:
        """Return what each team owns, most lines first."""
        amounts: dict[str, Amount] = {}
        for file in self.files:
            if file.ownership.team is not None:
                amounts.setdefault(file.ownership.team.name, Amount()).add(file)
        return dict(sorted(amounts.items(), key=lambda item: (-item[1].lines, -item[1].files, item[0])))

    def by_folder(self, depth: int) -> Mapping[str, Portion]:
        """Return what each folder has of each state, down to a depth; files above it count for their own folder."""
        found = _portions(self.files, lambda file: _folder(file.path, depth))
        return dict(sorted(found.items()))

    def gaps(self, most: int) -> tuple[tuple[str, Amount], ...]:
        """Return the folders in which every file misses an owner, the largest first, and files that do so alone."""
        whole, missing = _amounts(self.files), _amounts(file for file in self.files if file.state is State.MISSING)
        bare = {path for path, amount in missing.items() if path and amount.files == whole[path].files}
        tops = [path for path in bare if path.rstrip("/").rpartition("/")[0] + "/" not in bare]
        tops.sort(key=lambda path: (-missing[path].lines, -missing[path].files, path))
        return tuple((path, missing[path]) for path in tops[:most])


def _folder(path: str, depth: int) -> str:
    return "/".join(path.split("/")[:-1][:depth]) + "/"


def _nothing() -> Portion:
    return Portion(Amount(), {state: Amount() for state in State})


def _portions(files: Iterable[CoveredFile], key: Callable[[CoveredFile], str]) -> dict[str, Portion]:
    portions: dict[str, Portion] = {}
    for file in files:
        name = key(file)
        portion = portions.get(name)
        if portion is None:
            portion = portions[name] = _nothing()
        portion.all.add(file)
        portion.by_state[file.state].add(file)
    return portions


def _amounts(files: Iterable[CoveredFile]) -> dict[str, Amount]:
    """Return the amount of every file, and, under names that end in ``/``, of every folder."""
    amounts: dict[str, Amount] = {}
    for file in files:
        amounts.setdefault(file.path, Amount()).add(file)
        at = file.path.find("/")
        while at >= 0:
            amounts.setdefault(file.path[: at + 1], Amount()).add(file)
            at = file.path.find("/", at + 1)
    return amounts
