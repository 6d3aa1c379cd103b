"""Finds the line on which each key and item of a JSON text stands, which the standard library's reader drops."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def lines_of_json(text: str) -> tuple[Mapping[Path, int], list[tuple[str, int]]]:
    r"""Return the line, counted from 1, of every key and item of a valid JSON text, and the keys that are there twice.

    >>> lines_of_json('{"a": [\n  "x",\n  "y"]}')[0][("a", 1)]
    3
    """
    lines: dict[Path, int] = {}
    repeated: list[tuple[str, int]] = []
    #: The tables and lists that are open, each with its own path; of a list, also the number of the next item.
    open_paths: list[Path] = []
    numbers: list[int | None] = []
    key = ""
    awaits_key = False
    line, counted_to = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", counted_to, token.start())
        counted_to = token.start()
        word = token.group()
        if word == ",":
            awaits_key = numbers[-1] is None
            if not awaits_key:
                numbers[-1] = (numbers[-1] or 0) + 1
            continue
        if word == ":":
            awaits_key = False
            continue
        if word in "}]":
            open_paths.pop()
            numbers.pop()
            continue
        if awaits_key:
            key = json.loads(word)
            path = (*open_paths[-1], key)
            if path in lines:
                repeated.append((key, line))
            lines[path] = line
            continue
        path = ()
        if open_paths:
            number = numbers[-1]
            path = (*open_paths[-1], key if number is None else number)
            lines.setdefault(path, line)
        if word in "{[":
            open_paths.append(path)
            numbers.append(None if word == "{" else 0)
            awaits_key = word == "{"
    return lines, repeated
