"""Finds the line on which each key and array item of a TOML text stands, which the standard library's reader drops."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BARE_OR_QUOTED = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_SPACE_AND_COMMENTS = re.compile(r"(?:\s+|#[^\n]*)+")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}#]+")


def lines_of_toml(text: str) -> Mapping[Path, int]:
    r"""Return the line, counted from 1, of every table, key and array item of a valid TOML text.

    A path is the keys that lead to a value, with whole numbers for array items:

    >>> lines_of_toml('[a]\nb = [\n  "x",\n]')[("a", "b", 0)]
    3
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._counted_to = 0
        self._line = 1

    def scan(self) -> Mapping[Path, int]:
        table: Path = ()
        arrays: dict[Path, int] = {}
        while self._skip():
            if self.text.startswith("[[", self.at):
                self.at += 2
                name = self._keys()
                number = arrays[name] = arrays.get(name, -1) + 1
                table = (*name, number)
                self._mark(table)
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._keys()
                self._mark(table)
                self.at += 1
            else:
                self._pair(table)
        return self.lines

    def _mark(self, path: Path) -> None:
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        for length in range(len(path), 0, -1):
            self.lines.setdefault(path[:length], self._line)

    def _skip(self) -> bool:
        found = _SPACE_AND_COMMENTS.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.at < len(self.text)

    def _keys(self) -> Path:
        keys: list[str] = []
        while found := _BARE_OR_QUOTED.match(self.text, self.at):
            keys.append(next(group for group in found.groups() if group is not None))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        if not keys:
            # Not TOML: give up rather than stand still; the reader proper reports the mistake.
            self.at = len(self.text)
        return tuple(keys)

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._keys())
        end, self.at = self.at, start
        self._mark(path)
        self.at = end + 1  # past the sign "="
        self._value(path)

    def _value(self, path: Path) -> None:
        if not self._skip():
            return
        opening = self.text[self.at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self.at += 1
            while self._skip() and self.text[self.at] != "}":
                if self.text[self.at] == ",":
                    self.at += 1
                else:
                    self._pair(path)
            self.at += 1
        else:
            found = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _items(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._skip() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._mark((*path, number))
            self._value((*path, number))
            number += 1
        self.at += 1
