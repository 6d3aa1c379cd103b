"""The places that may configure us: a file found from the working directory, a framework's settings, a call."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from whose.errors import ConfigurationError, Problem
from whose.model import Rule, SourceName, TeamName
from whose.toml_lines import lines_of_toml


@dataclass(frozen=True, slots=True)
class Place:
    """One place that declares something, with its values as written: a file, Django's settings, a call of install()."""

    #: How messages name it: ``pyproject.toml``, ``settings``, ``install()``.
    name: str
    values: Mapping[str, object]
    #: Line of each key and item, for files.
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    #: What stands before the keys inside the file: ``("tool", "whose")`` in pyproject.toml.
    table: tuple[str, ...] = ()
    #: The names that the keys have at this place, where they differ: ``mappings`` is ``CODE_OWNER_MAPPINGS``.
    aliases: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    def line_of(self, *path: str | int) -> int | None:
        """Return the line of a key or item, or of the nearest thing around it; None where this is no file."""
        whole: tuple[str | int, ...] = (*self.table, *path)
        return next((self.lines[whole[:end]] for end in range(len(whole), 0, -1) if whole[:end] in self.lines), None)

    def place_of(self, *path: str | int) -> str:
        """Return how a message names a key or item: ``pyproject.toml:12``, ``settings.CODE_OWNER_MAPPINGS['a'][0]``."""
        if self.file is not None:
            line = self.line_of(*path)
            return self.name if line is None else f"{self.name}:{line}"
        if not path:
            return self.name
        first = str(path[0])
        head = f"{self.name}.{self.aliases[first]}" if first in self.aliases else f"{self.name}[{first!r}]"
        return head + "".join(f"[{step!r}]" for step in path[1:])

    def rule(self, source: SourceName, pattern: str, team: TeamName | None, *path: str | int) -> Rule:
        """Return a Rule that remembers that it was written here."""
        if self.file is not None:
            return Rule(source, pattern, team, file=self.name, line=self.line_of(*path))
        return Rule(source, pattern, team, setting=self.place_of(*path))


def shown(path: Path) -> str:
    """Return how messages name a file: relative to the working directory where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def find_file(start: Path, environ: Mapping[str, str] = os.environ) -> Place | None:
    """Return the configuration file that counts for a working directory, or None.

    ``WHOSE_CONFIG`` names it; else it is the nearest ``whose.toml``, or ``pyproject.toml`` with a table
    ``[tool.whose]``, from ``start`` upward.

    Raises:
        ConfigurationError: the file cannot be read or is not TOML.

    """
    named = environ.get("WHOSE_CONFIG")
    if named:
        path = Path(named)
        found = load_file(path)
        if found is None:
            raise ConfigurationError(
                [Problem(str(path), "it has no table [tool.whose]", "add one, or correct WHOSE_CONFIG")]
            )
        return found
    for folder in (start, *start.parents):
        for name in ("whose.toml", "pyproject.toml"):
            path = folder / name
            if path.is_file() and (found := load_file(path)) is not None:
                return found
    return None


def load_file(path: Path) -> Place | None:
    """Return what a TOML file configures; None for a file other than ``whose.toml`` without a ``[tool.whose]`` table.

    ``whose.toml`` may leave the table's name out and hold its keys at the top.

    Raises:
        ConfigurationError: the file cannot be read or is not TOML.

    """
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        problem = Problem(name, f"cannot be read ({error.strerror})", "correct the path, in WHOSE_CONFIG if set")
        raise ConfigurationError([problem]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError([Problem(name, "is not UTF-8", "save the file as UTF-8")]) from error
    except RecursionError as error:
        raise ConfigurationError([Problem(name, "is nested too deeply", "make it flat")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([Problem(name, f"is not TOML: {error}", "correct the syntax")]) from error
    table: tuple[str, ...] = ()
    values: object = document
    if path.name != "whose.toml" or "tool" in document:
        tool = document.get("tool")
        values = tool.get("whose") if isinstance(tool, dict) else None
        table = ("tool", "whose")
        if values is None:
            return None
    if not isinstance(values, dict):
        raise ConfigurationError([Problem(name, "tool.whose is not a table", "write [tool.whose]")])
    return Place(name, values, lines_of_toml(text), table, file=path.resolve())
