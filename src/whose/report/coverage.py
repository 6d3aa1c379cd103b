"""Coverage: how many files and lines are owned, unowned on purpose, or missing an owner, per team and per folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

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

    def add(self, other: Amount) -> None:
        """Count more files."""
        self.files += other.files
        self.lines += other.lines


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
class _Share:
    """The files directly in one folder that have the same owner for the same reason."""

    #: With a slash at its end; empty for the top of the repository.
    folder: str
    state: State
    team: str | None
    is_by_default: bool
    amount: Amount


@dataclass(frozen=True)
class Coverage:
    """Every file with its owner."""

    files: tuple[CoveredFile, ...]

    @cached_property
    def _shares(self) -> tuple[_Share, ...]:
        """Return the files folded into shares, of which there are far fewer."""
        shares: dict[tuple[str, int, int], _Share] = {}
        for file in self.files:
            path, ownership = file.path, file.ownership
            folder = path[: path.rfind("/") + 1]
            # Teams and rules are the index's own: to compare them by identity is enough, and cheaper.
            key = (folder, id(ownership.team), id(ownership.rule))
            share = shares.get(key)
            if share is None:
                team = ownership.team.name if ownership.team is not None else None
                share = shares[key] = _Share(folder, file.state, team, is_by_default(ownership), Amount())
            share.amount.files += 1
            share.amount.lines += file.lines
        return tuple(shares.values())

    def whole(self) -> Portion:
        """Return what the repository as a whole has of each state."""
        return self._portions(lambda _: "").get("", _nothing())

    def by_default(self) -> Amount:
        """Return what only the default owner owns: gaps that a catch-all hides."""
        amount = Amount()
        for share in self._shares:
            if share.is_by_default:
                amount.add(share.amount)
        return amount

    def by_team(self) -> Mapping[str, Amount]:
        """Return what each team owns, most lines first."""
        amounts: dict[str, Amount] = {}
        for share in self._shares:
            if share.team is not None:
                amounts.setdefault(share.team, Amount()).add(share.amount)
        return dict(sorted(amounts.items(), key=lambda item: (-item[1].lines, -item[1].files, item[0])))

    def by_folder(self, depth: int) -> Mapping[str, Portion]:
        """Return what each folder has of each state, down to a depth; files above it count for their own folder."""
        found = self._portions(lambda folder: "/".join(folder.split("/")[:-1][:depth]) + "/")
        return dict(sorted(found.items()))

    def gaps(self, most: int) -> tuple[tuple[str, Amount], ...]:
        """Return the folders in which every file misses an owner, the largest first, and files that do so alone."""
        whole, missing = _by_any_folder(self._shares), _by_any_folder(self._missing())
        bare = {folder for folder, amount in missing.items() if folder and amount.files == whole[folder].files}
        found = [(folder, missing[folder]) for folder in bare if _above(folder) not in bare]
        open_folders = {share.folder for share in self._missing() if share.folder not in bare}
        if open_folders:
            found += [
                (file.path, Amount(1, file.lines))
                for file in self.files
                if file.path[: file.path.rfind("/") + 1] in open_folders and file.state is State.MISSING
            ]
        found.sort(key=lambda gap: (-gap[1].lines, -gap[1].files, gap[0]))
        return tuple(found[:most])

    def _missing(self) -> Iterator[_Share]:
        return (share for share in self._shares if share.state is State.MISSING)

    def _portions(self, key: Callable[[str], str]) -> dict[str, Portion]:
        """Return what the folders have that a key gives the same name."""
        portions: dict[str, Portion] = {}
        for share in self._shares:
            portion = portions.setdefault(key(share.folder), _nothing())
            portion.all.add(share.amount)
            portion.by_state[share.state].add(share.amount)
        return portions


def _nothing() -> Portion:
    return Portion(Amount(), {state: Amount() for state in State})


def _by_any_folder(shares: Iterable[_Share]) -> dict[str, Amount]:
    """Return the amount of every folder, with all that is below it."""
    amounts: dict[str, Amount] = {}
    for share in shares:
        folder = share.folder
        while folder:
            amounts.setdefault(folder, Amount()).add(share.amount)
            folder = _above(folder)
    return amounts


def _above(folder: str) -> str:
    """Return the folder around a folder.

    >>> _above("src/shop/"), _above("src/")
    ('src/', '')
    """
    return folder[: folder.rfind("/", 0, -1) + 1]
