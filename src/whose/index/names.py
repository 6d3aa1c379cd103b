"""Patterns for a single name, such as ``test_*.py``, and the wildcards that they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import takewhile


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
