"""Patterns for a single name, such as ``test_*.py``: one alone, and many of them asked at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Generic, TypeVar

T = TypeVar("T")

#: How much of the text inside a glob without a literal end, such as ``*test*``, is looked for in names.
_GRAM = 3


class Wild(Enum):
    """The wildcards: one character, any run of characters in a name, any number of directories."""

    CHARACTER = "?"
    NAME = "*"
    PATH = "**"


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """A GitLab ``[a-z]``, with the oddity of Ruby's ``File.fnmatch`` that both ends of a range always belong to it."""

    ranges: tuple[tuple[str, str], ...]
    is_negated: bool = False

    def __contains__(self, character: str) -> bool:
        inside = any(low <= character <= high or character in (low, high) for low, high in self.ranges)
        return inside is not self.is_negated


#: Plain text, or what stands for one character or a run of them.
Token = str | Wild | CharacterSet
#: A stretch without ``*``: plain text, or one token a character.
Piece = str | tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class NameGlob:
    """A pattern for one name, cut at each ``*``; matching never backtracks, so no pattern is catastrophic."""

    pieces: tuple[Piece, ...]

    @property
    def prefix(self) -> str:
        """Return the text that every matching name begins with."""
        return _plain_run(self.pieces[0])

    @property
    def suffix(self) -> str:
        """Return the text that every matching name ends with."""
        return _plain_run(self.pieces[-1][::-1])[::-1]

    @property
    def inner(self) -> str:
        """Return the longest text between two ``*``."""
        return max((piece for piece in self.pieces[1:-1] if isinstance(piece, str)), key=len, default="")

    def matches(self, name: str) -> bool:
        """Tell whether the whole name matches, in time proportional to its length times the pattern's."""
        first, *others = self.pieces
        if not others:
            return len(name) == len(first) and _fits(first, name, 0)
        *middle, last = others
        start, end = len(first), len(name) - len(last)
        if start > end or not _fits(first, name, 0) or not _fits(last, name, end):
            return False
        for piece in middle:
            # The leftmost place is always good enough: it leaves the most room for the pieces after it.
            found = _find(piece, name, start, end)
            if found < 0:
                return False
            start = found + len(piece)
        return True


def _plain_run(piece: Piece) -> str:
    return (
        piece if isinstance(piece, str) else "".join(map(str, takewhile(lambda token: isinstance(token, str), piece)))
    )


def _fits(piece: Piece, name: str, at: int) -> bool:
    if isinstance(piece, str):
        return name.startswith(piece, at)
    return all(
        token is Wild.CHARACTER or token == character or (isinstance(token, CharacterSet) and character in token)
        for token, character in zip(piece, name[at : at + len(piece)], strict=True)
    )


def _find(piece: Piece, name: str, start: int, end: int) -> int:
    if isinstance(piece, str):
        return name.find(piece, start, end)
    return next((at for at in range(start, end - len(piece) + 1) if _fits(piece, name, at)), -1)


class NameTable(Generic[T]):
    """Many globs with a value each, asked at once.

    A glob waits behind a text that a matching name must have: its extension, beginning, end or inside. So only few
    globs are tried, however many there are.
    """

    __slots__ = ("_anchored", "_anywhere", "_extensions")

    def __init__(self, globs: Iterable[tuple[NameGlob, T]]) -> None:
        #: The values of ``*.py`` and the like, and what other globs with such an end wait for, by ``.py``.
        self._extensions: dict[str, T] = {}
        self._anchored: dict[str, _Anchors[T]] = {}
        self._anywhere: _Anchors[T] = {}
        for glob, value in globs:
            suffix = glob.suffix
            dot = suffix.rfind(".")
            if dot == 0 and glob.pieces == ("", suffix):
                self._extensions[suffix] = value
            elif dot >= 0:
                _anchor(self._anchored.setdefault(suffix[dot:], {}), glob, value, known=len(suffix) - dot)
            else:
                _anchor(self._anywhere, glob, value, known=0)

    def matching(self, name: str) -> list[T]:
        """Return the values of the globs that match a name."""
        # A name without a dot gives its last character, which is no key.
        extension = name[name.rfind(".") :]
        found = []
        if extension in self._extensions:
            found.append(self._extensions[extension])
        if extension in self._anchored:
            _collect(self._anchored[extension], name, found)
        if self._anywhere:
            _collect(self._anywhere, name, found)
        return found


#: Globs by a text that a matching name must have, and that by the slice of the name where it stands: ``(0, 5)`` for
#: ``name[0:5]``, ``(-5, None)`` for ``name[-5:]``, and ``(None, None)`` for anywhere.
_Anchors = dict[tuple[int | None, int | None], dict[str, list[tuple[NameGlob, T]]]]


def _anchor(anchors: _Anchors[T], glob: NameGlob, value: T, *, known: int) -> None:
    """Add a glob; the last ``known`` characters of its suffix have been looked at already."""
    prefix, suffix, inner = glob.prefix, glob.suffix, glob.inner
    place: tuple[int | None, int | None]
    if prefix and len(prefix) >= len(suffix) - known:
        place, text = (0, len(prefix)), prefix
    elif len(suffix) > known:
        place, text = (-len(suffix), None), suffix
    elif len(inner) >= _GRAM:
        place = (None, None)
        taken = anchors.get(place, {})
        text = min(_grams(inner), key=lambda gram: len(taken.get(gram, ())))
    else:
        place, text = (0, 0), ""
    anchors.setdefault(place, {}).setdefault(text, []).append((glob, value))


def _grams(text: str) -> list[str]:
    return [text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)]


def _collect(anchors: _Anchors[T], name: str, found: list[T]) -> None:
    """Add the values of the globs that match a name."""
    for (start, end), table in anchors.items():
        if start is None:
            candidates = [candidate for gram in set(_grams(name)) if gram in table for candidate in table[gram]]
        else:
            text = name[start:end]
            if text not in table:
                continue
            candidates = table[text]
        for glob, value in candidates:
            if glob.matches(name):
                found.append(value)
