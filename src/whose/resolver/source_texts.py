"""Finds what the text of files declares, for code that is not running: the CLI's paths, modules nobody imported."""

from __future__ import annotations

import os
from pathlib import Path

from whose.config.places import shown
from whose.model import Rule
from whose.sources.declared_in_source import declarations_in
from whose.sources.team_comment import FIRST_BYTES, team_comment

#: Larger files are data, whatever their name says.
_LARGEST_BYTES = 4 * 1024 * 1024
_MOST_PACKAGES = 65_536


class SourceTexts:
    """Reads files, and remembers what packages declare for everything below them."""

    def __init__(self, *, team_comments: bool) -> None:
        self._team_comments = team_comments
        self._packages: dict[str, Rule | None] = {}

    def rule_of(self, file: str, name: str = "") -> Rule | None:
        """Return what a file declares about itself, or about the thing of a dotted name in it, or None.

        The nearest declaration counts: on the function, its class, the module, by a comment, on a package around it.
        """
        if file.endswith(".py"):
            declared = declarations_in(_text(file), file=shown(Path(file)))
            inner = _inside(name, file)
            while inner and inner not in declared:
                inner = inner.rpartition(".")[0]
            if inner in declared:
                return declared[inner]
        return self.comment_of(file) or self._of_package(os.path.dirname(file))

    def comment_of(self, file: str) -> Rule | None:
        """Return what a comment in the first lines declares, where such comments count."""
        return team_comment(_text(file, most=FIRST_BYTES), file=shown(Path(file))) if self._team_comments else None

    def _of_package(self, folder: str) -> Rule | None:
        """Return what the innermost package around a folder declares for everything below it."""
        if folder not in self._packages:
            if len(self._packages) >= _MOST_PACKAGES:
                self._packages.clear()
            file = os.path.join(folder, "__init__.py")
            rule = None
            if os.path.isfile(file):
                rule = declarations_in(_text(file), file=shown(Path(file))).get("")
                rule = rule or self._of_package(os.path.dirname(folder))
            self._packages[folder] = rule
        return self._packages[folder]


def _text(file: str, *, most: int = _LARGEST_BYTES) -> str:
    """Return the beginning of a file; nothing for one that cannot be read."""
    try:
        with open(file, "rb") as opened:
            return opened.read(most).decode("utf-8", errors="replace")
    except OSError:
        return ""


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
