"""Opens a repository: finds its configuration, and reads everything that this names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from whose.config import Config, FileSetting, Place, find_file, read_config
from whose.config.settings import NEARBY
from whose.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from whose.repository import Repository


def load(path: str | os.PathLike[str] = ".", *, config: Mapping[str, object] | None = None) -> Repository:
    """Return the repository that a path lies in, with its configuration and everything that this names read.

    The configuration is the file named by ``WHOSE_CONFIG``, else the nearest ``whose.toml`` or ``pyproject.toml`` with
    ``[tool.whose]`` upward from ``path``; keys in ``config`` come before it. Where there is none at all, the CODEOWNERS
    file and the ownership files next to the code are read. Settings of Django are not.

    Raises:
        ConfigurationError: with every mistake at once.
        MissingExtraError: a file is YAML, and PyYAML is not installed.

    """
    start = Path(path).resolve()
    if not start.exists():
        raise ConfigurationError([Problem(os.fspath(path), "there is no such folder", "name a repository")])
    folder = start if start.is_dir() else start.parent
    found = find_file(folder)
    places = [Place("config", config)] if config is not None else []
    if found is not None:
        places.append(found)
    read = _read(places, folder)
    # Imported here, since a program that only runs under us has no use for it.
    from whose.repository import repository_of

    return repository_of(read if places else _with_what_is_there(read))


def check(folder: Path) -> None:
    """Read the configuration file of a program that starts in a folder, if there is one, and the files that it names.

    Raises:
        ConfigurationError: with every mistake at once.

    """
    found = find_file(folder)
    if found is not None and (problems := _mistakes_in_files(_read([found], folder))):
        raise ConfigurationError(problems)


def _read(places: Sequence[Place], folder: Path) -> Config:
    import importlib.metadata

    known_sinks = {point.name for point in importlib.metadata.entry_points(group="whose.sinks")}
    return read_config(places, known_sinks=known_sinks, beside=folder, inspection=_mistakes_in_files)


def _mistakes_in_files(config: Config) -> tuple[Problem, ...]:
    from whose.index import mistakes_in_files

    return mistakes_in_files(config)


def _with_what_is_there(config: Config) -> Config:
    """Return the configuration for a repository that has none."""
    from whose.sources.codeowners import find_codeowners

    root = config.root or Path.cwd()
    file = find_codeowners(root)
    codeowners = (FileSetting(file, "the repository"),) if file is not None else ()
    return replace(config, codeowners=codeowners, nearby=NEARBY)
