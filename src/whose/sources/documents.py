"""Reads a YAML, JSON or TOML file into values with the line of each, or into the mistakes that keep us from it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whose.config import Checker, FileSetting, Place
from whose.config.places import shown
from whose.sources.json_lines import lines_of_json
from whose.sources.regular_files import read_regular
from whose.toml_lines import lines_of_toml

Lines = Mapping[tuple[str | int, ...], int]


class DocumentError(Exception):
    """Raised for a text that is not what its file name says."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one document and the line, counted from 1, of every key and item."""

    values: object
    lines: Lines = field(default_factory=dict)
    #: Keys that one table has twice, of which readers silently keep the last, with the line of the second.
    repeated: Sequence[tuple[str, int]] = ()


def read_text(checker: Checker, path: Path, *, named_at: str = "") -> str | None:
    """Return the text of a file, or None after noting why it cannot be read; ``named_at`` is where it is named."""
    name = shown(path)
    try:
        return read_regular(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        where, message = (named_at, f"{name} cannot be read") if named_at else (name, "cannot be read")
        checker.problem(where, f"{message} ({error.strerror})", "correct the name, or restore the file")
    except UnicodeDecodeError as error:
        checker.problem(name, f"is not UTF-8 at byte {error.start}", "save the file as UTF-8")
    return None


def files_of(checker: Checker, settings: Sequence[FileSetting], *, inside: str) -> list[tuple[Path, str]]:
    """Return the files that settings name, each with where it is named.

    A setting is a file, a glob, or a folder, for which ``inside`` is the glob of the files that count in it.
    """
    found: dict[Path, str] = {}
    for setting in settings:
        path = setting.path
        if path.is_dir():
            matches = sorted(file for file in path.glob(inside) if file.is_file())
        elif any(character in path.name or character in str(path.parent) for character in "*?"):
            top = Path(path.anchor)
            matches = sorted(file for file in top.glob(str(path.relative_to(top))) if file.is_file())
        else:
            matches = [path]
        if not matches:
            checker.problem(setting.place, f"no file is named {shown(path)}", "correct the name, or delete it")
        for file in matches:
            found.setdefault(file, setting.place)
    return list(found.items())


def load_documents(checker: Checker, path: Path, *, named_at: str = "") -> list[Place]:
    """Return the documents of a file, one unless it is YAML with several; none after noting why it cannot be read.

    Raises:
        MissingExtraError: the file is YAML, and PyYAML is not installed.

    """
    reader = _READERS.get(path.suffix.lower())
    name = shown(path)
    if reader is None:
        checker.problem(named_at or name, f"{name} is of no kind that is read here", f"use {', '.join(_READERS)}")
        return []
    text = read_text(checker, path, named_at=named_at)
    if text is None:
        return []
    try:
        documents = reader(text)
    except DocumentError as error:
        checker.problem(f"{name}:{error.line}" if error.line else name, str(error), "correct the syntax")
        return []
    except RecursionError:
        checker.problem(name, "is nested too deeply", "make it flat")
        return []
    places = []
    for document in documents:
        for key, line in document.repeated:
            checker.problem(f"{name}:{line}", f"the key {key!r} is there twice", "join the two")
        if isinstance(document.values, Mapping):
            places.append(Place(name, document.values, document.lines, file=path))
        elif document.values is not None:
            checker.problem(name, f"is a {type(document.values).__name__}", "a table with names as keys belongs here")
    return places


def _toml(text: str) -> list[Document]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"is not TOML: {error}") from error
    return [Document(values, lines_of_toml(text))]


def _json(text: str) -> list[Document]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not JSON: {error.msg}", error.lineno) from error
    lines, repeated = lines_of_json(text)
    return [Document(values, lines, repeated)]


def _yaml(text: str) -> list[Document]:
    # Imported here, since only those who have such files need PyYAML.
    from whose.sources.yaml_documents import parse_yaml

    return parse_yaml(text)


_READERS: dict[str, Callable[[str], list[Document]]] = {
    ".toml": _toml,
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
}
