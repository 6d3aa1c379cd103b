"""Finds what the text of files declares, for code that is not running: the CLI's paths, modules nobody imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from whose.config.places import shown
from whose.model import Rule, TeamName
from whose.sources.declared_in_source import declarations_in
from whose.sources.team_comment import FIRST_BYTES, team_comment

#: Larger files are data, whatever their name says.
_LARGEST_BYTES = 4 * 1024 * 1024
_CHUNK = 1 << 16
# A pipe that bears the name of a file is not waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_MOST_PACKAGES = 65_536


class SourceTexts:
    """Reads files, and remembers what packages declare for everything below them."""

    def __init__(self, *, team_comments: bool) -> None:
        self._team_comments = team_comments
        self._packages: dict[str, Rule | None] = {}
        #: Every team that the files seen so far declare, for themselves or for anything in them.
        self.teams: set[TeamName] = set()

    def rule_of(self, file: str, name: str = "", *, text: bytes | None = None) -> Rule | None:
        """Return what a file declares about itself, or about the thing of a dotted name in it, or None.

        The nearest declaration counts: on the function, its class, the module, by a comment, on a package around it.
        ``text`` is what the file holds, where that has been read already.
        """
        raw = b""
        if file.endswith(".py"):
            raw = text if text is not None else _beginning(file, _LARGEST_BYTES)
        if _may_declare(raw):
            declared = _declared(raw, file)
            self.teams.update(rule.team for rule in declared.values() if rule.team is not None)
            inner = _inside(name, file)
            while inner and inner not in declared:
                inner = inner.rpartition(".")[0]
            if inner in declared:
                return declared[inner]
        rule = None
        if self._team_comments:
            rule = self._comment(raw or text or _beginning(file, FIRST_BYTES), file)
        return rule or self._of_package(file[: file.rfind(os.sep)])

    def comment_of(self, file: str) -> Rule | None:
        """Return what a comment in the first lines declares, where such comments count."""
        return self._comment(_beginning(file, FIRST_BYTES), file) if self._team_comments else None

    def _comment(self, raw: bytes, file: str) -> Rule | None:
        head = raw[:FIRST_BYTES]
        return team_comment(head.decode(errors="replace"), file=shown(Path(file))) if b"@team" in head else None

    def _of_package(self, folder: str) -> Rule | None:
        """Return what the innermost package around a folder declares for everything below it."""
        if folder not in self._packages:
            if len(self._packages) >= _MOST_PACKAGES:
                self._packages.clear()
            file = os.path.join(folder, "__init__.py")
            rule = None
            if os.path.isfile(file):
                raw = _beginning(file, _LARGEST_BYTES)
                rule = _declared(raw, file).get("") if _may_declare(raw) else None
                rule = rule or self._of_package(os.path.dirname(folder))
            self._packages[folder] = rule
        return self._packages[folder]


def _may_declare(raw: bytes) -> bool:
    return b"__code_owner__" in raw or b"owned_by" in raw


def _declared(raw: bytes, file: str) -> Mapping[str, Rule]:
    return declarations_in(raw.decode(errors="replace"), file=shown(Path(file)))


def _beginning(file: str, most: int) -> bytes:
    """Return the beginning of a file; nothing for one that cannot be read."""
    # By system calls, since a file object costs as much as all of them.
    try:
        descriptor = os.open(file, _FLAGS)
    except OSError:
        return b""
    try:
        raw = os.read(descriptor, min(most, _CHUNK))
        if len(raw) < _CHUNK or most <= _CHUNK:
            return raw
        with open(descriptor, "rb", closefd=False) as opened:
            return raw + opened.read(most - len(raw))
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _inside(name: str, file: str) -> str:
    """Return the part of a dotted name that lies inside the module of a file.

    >>> _inside("shop.cart.views.Cart.add", "/srv/src/shop/cart/views.py")
    'Cart.add'
    """
    module = file.removesuffix(".py").removesuffix("/__init__").replace(os.sep, "/")
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if f"/{module}".endswith("/" + "/".join(parts[:end])):
            return ".".join(parts[end:])
    return ""
