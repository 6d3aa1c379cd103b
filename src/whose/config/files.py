"""Reads the keys that say where things lie: the repository, its import roots, and the files that hold rules."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from whose.config.checking import Checker
from whose.config.places import Place
from whose.config.settings import NEARBY, FileSetting, Root

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def repository_of(checker: Checker, place: Place | None, value: object, *, beside: Path) -> Path:
    """Return the repository that a configuration is about.

    ``repository`` names it, else it is the nearest folder upward with a ``.git``, else the folder of the configuration.
    """
    if place is not None:
        named = checker.string(place, value, "repository")
        folder = (place.file.parent if place.file else beside) / (named or "")
        if not folder.is_dir():
            where = place.place_of("repository")
            checker.problem(where, f"there is no folder {named!r}", "name the top folder of the repository")
        return folder.resolve()
    return next((folder for folder in (beside, *beside.parents) if (folder / ".git").exists()), beside)


def read_files(checker: Checker, place: Place, value: object, key: str, *, beside: Path) -> tuple[FileSetting, ...]:
    """Return the files, folders or globs of a list; relative ones count from the folder of the configuration."""
    folder = place.file.parent if place.file else beside
    if isinstance(value, str) and value:
        return (FileSetting(folder / value, place.place_of(key)),)
    names = checker.strings(place, value, key)
    return tuple(FileSetting(folder / name, place.place_of(key, number)) for number, name in enumerate(names))


def read_nearby(checker: Checker, place: Place, value: object) -> tuple[str, ...]:
    """Return the names of the files next to the code that count; ``true`` stands for all that we know."""
    if isinstance(value, bool):
        return NEARBY if value else ()
    names = checker.strings(place, value, "nearby")
    for number, name in enumerate(names):
        if name not in NEARBY:
            checker.unknown(place.place_of("nearby", number), "file next to the code", name, NEARBY)
    return tuple(name for name in NEARBY if name in names)


def read_roots(checker: Checker, place: Place, value: object) -> tuple[Root, ...]:
    """Return the import roots.

    A list names folders of the repository; a table says of packages, and of absolute folders of production, in which
    folder of the repository they lie.
    """
    if not isinstance(value, Mapping):
        return tuple(
            Root(folder)
            for number, text in enumerate(checker.strings(place, value, "roots"))
            if (folder := _folder(checker, place, text, "roots", number)) is not None
        )
    roots = []
    for key, text in checker.string_table(place, value, "roots").items():
        folder = _folder(checker, place, text, "roots", key)
        if folder is None:
            continue
        if os.path.isabs(key):
            roots.append(Root(folder, deployed=os.path.normpath(key)))
        elif _DOTTED.fullmatch(key):
            roots.append(Root(folder, package=key))
        else:
            checker.problem(
                place.place_of("roots", key),
                f"{key!r} is neither a dotted package nor an absolute folder",
                'write shop = "src/shop", or "/app" = "src"',
            )
    return tuple(roots)


def _folder(checker: Checker, place: Place, text: str, *path: str | int) -> str | None:
    folder = os.path.normpath(text).replace(os.sep, "/")
    if os.path.isabs(text) or folder.startswith(".."):
        checker.problem(place.place_of(*path), f"{text!r} is outside the repository", "name a folder inside it")
        return None
    return "" if folder == "." else folder
