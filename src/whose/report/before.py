"""Loads the rules as they were at a revision, from copies of the few files that say who owns what."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import whose
from whose.adapters import SINKS
from whose.config import find_file, read_config
from whose.config.settings import NEARBY, FileSetting
from whose.errors import ConfigurationError, Problem
from whose.index import Subject
from whose.model import Ownership, Rule
from whose.report.files import run_git
from whose.report.revision import Revision
from whose.report.survey import OwnedEntry, owned_entries
from whose.repository import Repository
from whose.resolver.import_roots import PROJECT_FILES
from whose.sources.codeowners import PLACES
from whose.sources.nearby import ALIAS_FILES

#: The files that may hold rules wherever they lie, or that tell where imports start.
_NAMES = frozenset({"whose.toml", "__init__.py", *PROJECT_FILES, *NEARBY, *ALIAS_FILES})
#: The kinds of files that a configuration may name.
_DOCUMENTS = (".toml", ".yml", ".yaml", ".json", ".csv")
_MARKS = (b"__code_owner__", b"owned_by", b"@team")
_WILDCARDS = frozenset("*?[")


class Before:
    """The repository as it was: who owned what, files, tasks and views. Its copies live in a temporary folder."""

    def __init__(self, revision: Revision, folder: Path, sources: dict[str, bytes]) -> None:
        self.revision = revision
        self._folder = folder
        self._sources = sources
        #: By each rule of the copies: the same as it stood.
        self._moved: dict[Rule, Rule] = {}
        self.repository: Repository = self._loaded()
        self._inside = path_below(self.repository.root, folder)
        self.subjects: dict[str, Subject] = {}
        self.ownerships: dict[str, Ownership] = {}

    def survey(self, paths: Iterable[str]) -> None:
        """Ask who owned each path."""
        for path in paths:
            if path.startswith(self._inside):
                subject = self.repository.subject_of_path(path[len(self._inside) :], text=self._sources.get(path))
                self.subjects[path] = subject
                self.ownerships[path] = self._relocated(self.repository.index.owner_of(subject))

    def entry_points(self) -> tuple[OwnedEntry, ...]:
        """Return the tasks and views that there were, with the code of those that are unchanged read from today's."""
        inside = {path[len(self._inside) :]: subject for path, subject in self.subjects.items()}
        sources = ((path[len(self._inside) :], self._sources[path]) for path in self.subjects if path in self._sources)
        return tuple(
            OwnedEntry(replace(entry.entry, path=self._inside + entry.entry.path), self._relocated(entry.ownership))
            for entry in owned_entries(sources, self.repository, inside)
        )

    def _loaded(self) -> Repository:
        start = self._folder / path_below(Path.cwd().resolve(), self.revision.top.resolve())
        start.mkdir(parents=True, exist_ok=True)
        try:
            with _own_config(self.revision.top, self._folder):
                self._copy_named_files(start)
                return whose.load(start)
        except ConfigurationError as error:
            name = self.revision.name
            raise ConfigurationError(
                Problem(f"{name}:{self._shown(problem.place)}", problem.message, problem.mend, problem.kind)
                for problem in error.problems
            ) from error

    def _copy_named_files(self, start: Path) -> None:
        """Copy the files that the configuration names."""
        found = find_file(start)
        if found is None:
            return
        sinks = {point.name for point in importlib.metadata.entry_points(group=SINKS)}
        config = read_config([found], known_sinks=sinks, beside=start)
        named = (*config.codeowners, *config.mapping_files, *config.teams_files, *config.backstage)
        folders = tuple(_fixed_part(setting, self._folder) for setting in named)
        wanted = [
            path
            for path in self.revision.objects
            if any(path == folder or path.startswith(folder) for folder in folders)
            and (path.endswith(_DOCUMENTS) or path.rpartition("/")[2] == "CODEOWNERS" or path in folders)
        ]
        _write(self._folder, self.revision.read(wanted))
        if config.team_comments:
            _write(self._folder, self.revision.read(self._commented()))

    def _commented(self) -> Iterator[str]:
        """Return the files that may have a comment about their team, besides Python's, which are there already."""
        names = run_git(self.revision.top, "grep", "-l", "-z", "--fixed-strings", "-e", "@team", optional=True)
        now = frozenset(os.fsdecode(name) for name in names.split(b"\0"))
        for path in self.revision.objects:
            if not path.endswith(".py") and (path in now or path in self.revision.changed):
                yield path

    def _relocated(self, ownership: Ownership) -> Ownership:
        """Return an Ownership whose rule says where it stood, not where its copy does."""
        rule = ownership.rule
        if rule is None or rule.file is None:
            return ownership
        moved = self._moved.get(rule)
        if moved is None:
            moved = self._moved[rule] = replace(rule, file=self._shown(rule.file))
        return replace(ownership, rule=moved)

    def _shown(self, place: str) -> str:
        return place.replace(f"{self._folder.resolve()}{os.sep}", "").replace(f"{self._folder}{os.sep}", "")


@contextlib.contextmanager
def as_it_was(revision: Revision, now: dict[str, bytes]) -> Iterator[Before]:
    """Return the repository as it was at a revision; ``now`` is the Python source of today, by path.

    Raises:
        ConfigurationError: the rules could not be read even then.

    """
    python = [path for path in revision.objects if path.endswith(".py")]
    sources = {path: now[path] for path in python if path not in revision.changed and path in now}
    sources.update(revision.read(path for path in python if path not in sources))
    with tempfile.TemporaryDirectory(prefix="whose-") as name:
        folder = Path(name).resolve()
        _mark_top(revision, folder)
        rules = [path for path in revision.objects if path.rpartition("/")[2] in _NAMES or path in PLACES]
        _write(folder, revision.read(rules))
        _write(folder, ((path, text) for path, text in sources.items() if any(mark in text for mark in _MARKS)))
        yield Before(revision, folder, sources)


def _mark_top(revision: Revision, folder: Path) -> None:
    """Let the copies look like the top of a clone, whose origin Backstage's locations are compared with."""
    git = folder / ".git"
    git.mkdir()
    url = run_git(revision.top, "config", "--get", "remote.origin.url", optional=True).decode(errors="replace").strip()
    if url:
        (git / "config").write_text(f'[remote "origin"]\n\turl = {url}\n', encoding="utf-8")


def _write(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    for path, content in contents:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def path_below(path: Path, folder: Path) -> str:
    """Return the path below a folder, with a slash at its end; empty for the folder itself."""
    inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else "."
    return "" if inside == "." else f"{inside}/"


def _fixed_part(setting: FileSetting, folder: Path) -> str:
    """Return the beginning of a setting that has no wildcard in it, relative to the top."""
    steps: list[str] = []
    for step in Path(os.path.relpath(setting.path, folder)).parts:
        if _WILDCARDS & set(step):
            return "/".join(steps) + "/" if steps else ""
        steps.append(step)
    return "/".join(steps)


@contextlib.contextmanager
def _own_config(top: Path, folder: Path) -> Iterator[None]:
    """Let ``WHOSE_CONFIG`` name the copy of the file that it names, if that is one of the repository's."""
    named = os.environ.get("WHOSE_CONFIG")
    inside = path_below(Path(named).resolve(), top.resolve()).rstrip("/") if named else ""
    if not inside:
        yield
        return
    os.environ["WHOSE_CONFIG"] = str(folder / inside)
    try:
        yield
    finally:
        os.environ["WHOSE_CONFIG"] = str(named)
