"""Many patterns for names asked at once, in time that does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from whose.index.names import NameGlob


class Ending(Protocol):
    """What a glob leads to."""

    @property
    def itself(self) -> int:
        """Return the number of the last rule for a file of such a name."""
        ...


T = TypeVar("T", bound=Ending)

#: How much of the beginning or end of a glob is looked for, and of the inside of one that has neither.
_LONGEST_ANCHOR = 64
_GRAM = 3

#: A glob, its value, and the number of the last rule that may come of it.
Entry = tuple[NameGlob, T, int]
#: A glob whose anchor a name has: None if only the length is left to judge, the least length, and the value.
_Candidate = tuple[NameGlob | None, int, T]


class NameTable(Generic[T]):
    """Many globs with a value each, asked at once.

    A glob waits behind a text that a matching name must have, its anchor: its extension, and then its beginning, its
    end, or a part of its inside. So only few globs are tried, however many there are.
    """

    __slots__ = ("anywhere", "by_extension", "wants_dot")

    def __init__(self, globs: Iterable[Entry[T]]) -> None:
        by_extension: dict[str, list[Entry[T]]] = {}
        anywhere: list[Entry[T]] = []
        for entry in globs:
            suffix = entry[0].suffix
            dot = suffix.rfind(".")
            (by_extension.setdefault(suffix[dot:], []) if dot >= 0 else anywhere).append(entry)
        #: Read by those who find one name in several tables.
        self.by_extension = {end: Anchors(entries, extension=end) for end, entries in by_extension.items()}
        self.anywhere = Anchors(anywhere, extension="") if anywhere else None
        #: Whether only names with a dot can match.
        self.wants_dot = not anywhere

    def matching(self, name: str, beyond: int) -> Sequence[T]:
        """Return the values of the globs that match a name; those with no rule after ``beyond`` may be left out."""
        found: Sequence[T] = ()
        # A name without a dot gives its last character, which is no key.
        anchors = self.by_extension.get(name[name.rfind(".") :])
        if anchors is not None and anchors.last_rule > beyond:
            found = anchors.matching(name)
        anchors = self.anywhere
        if anchors is not None and anchors.last_rule > beyond:
            found = (*found, *anchors.matching(name))
        return found


class Anchors(Generic[T]):
    """Globs that have the same extension, or none, by their anchors."""

    __slots__ = (
        "_beginnings",
        "_ends",
        "_insides",
        "_others",
        "_always",
        "_always_itself",
        "_first",
        "_first_length",
        "_has_others",
        "_last",
        "_last_length",
        "last_itself",
        "last_rule",
    )

    def __init__(self, entries: Sequence[Entry[T]], *, extension: str) -> None:
        always: list[T] = []
        beginnings: list[tuple[str, _Candidate[T]]] = []
        ends: list[tuple[str, _Candidate[T]]] = []
        self._insides: dict[str, list[tuple[NameGlob, T]]] = {}
        self._others: list[tuple[NameGlob, T]] = []
        for glob, value, _ in entries:
            prefix, suffix, inner = glob.prefix[:_LONGEST_ANCHOR], glob.suffix, glob.inner
            if glob.pieces == ("", extension):
                always.append(value)
            elif prefix and len(prefix) >= len(suffix) - len(extension):
                is_all = glob.pieces == (prefix, extension)
                beginnings.append((prefix, (None if is_all else glob, len(prefix) + len(suffix), value)))
            elif len(suffix) > len(extension):
                anchor = suffix[-_LONGEST_ANCHOR:]
                ends.append((anchor[::-1], (None if glob.pieces == ("", anchor) else glob, len(anchor), value)))
            elif len(inner) >= _GRAM:
                gram = min(_grams(inner), key=lambda gram: len(self._insides.get(gram, ())))
                self._insides.setdefault(gram, []).append((glob, value))
            else:
                self._others.append((glob, value))
        #: The last rule that may come of a name here, and the last one for a file of such a name.
        self.last_rule = max([number for _, _, number in entries])
        self.last_itself = max([value.itself for _, value, _ in entries])
        #: The value of ``*.py`` among the globs that end in ``.py``.
        self._always = tuple(always)
        self._always_itself = max([value.itself for value in always], default=-1)
        self._beginnings = _Level(beginnings)
        self._ends = _Level(ends)
        #: What a name must begin or end with at least, cut to the length of the shortest anchor.
        self._first, self._first_length = frozenset(self._beginnings.branches), self._beginnings.length
        self._last, self._last_length = frozenset(text[::-1] for text in self._ends.branches), self._ends.length
        self._has_others = bool(self._insides or self._others)

    def best(self, name: str, best: int) -> int:
        """Return the last rule for a file of a name that has the extension, if it comes after ``best``, else that."""
        if self._always_itself > best:
            best = self._always_itself
        begins_so = name[: self._first_length] in self._first
        ends_so = name[-self._last_length :] in self._last
        if begins_so or ends_so or self._has_others:
            for value in self._found(name, begins_so=begins_so, ends_so=ends_so):
                if value.itself > best:
                    best = value.itself
        return best

    def matching(self, name: str) -> Sequence[T]:
        """Return the values of the globs that match a name that has the extension."""
        begins_so = name[: self._first_length] in self._first
        ends_so = name[-self._last_length :] in self._last
        if not (begins_so or ends_so or self._has_others):
            return self._always
        return [*self._always, *self._found(name, begins_so=begins_so, ends_so=ends_so)]

    def _found(self, name: str, *, begins_so: bool, ends_so: bool) -> list[T]:
        found: list[T] = []
        if begins_so:
            self._beginnings.collect(name, name, found)
        if ends_so:
            self._ends.collect(name[::-1], name, found)
        if self._insides:
            for gram in set(_grams(name)):
                found += [value for glob, value in self._insides.get(gram, ()) if glob.matches(name)]
        found += [value for glob, value in self._others if glob.matches(name)]
        return found


class _Level(Generic[T]):
    """A tree of anchors: by as many characters as the shortest one has, those that end there, and the longer ones."""

    __slots__ = ("branches", "length")

    def __init__(self, anchors: Sequence[tuple[str, _Candidate[T]]]) -> None:
        self.length = min((len(text) for text, _ in anchors), default=0)
        groups: dict[str, list[tuple[str, _Candidate[T]]]] = {}
        for text, candidate in anchors:
            groups.setdefault(text[: self.length], []).append((text[self.length :], candidate))
        self.branches: dict[str, tuple[list[_Candidate[T]], _Level[T] | None]] = {}
        for beginning, rest in groups.items():
            ended = [candidate for text, candidate in rest if not text]
            longer = [anchor for anchor in rest if anchor[0]]
            self.branches[beginning] = ended, _Level(longer) if longer else None

    def collect(self, text: str, name: str, found: list[T]) -> None:
        """Add the values of the globs that match a name, going down along a text: the name, or it reversed."""
        level: _Level[T] | None = self
        at = 0
        while level is not None:
            end = at + level.length
            branch = level.branches.get(text[at:end])
            if branch is None:
                return
            ended, level = branch
            for glob, least, value in ended:
                if len(name) >= least and (glob is None or glob.matches(name)):
                    found.append(value)
            at = end


def _grams(text: str) -> list[str]:
    return [text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)]
