"""Says who owns the paths and modules of a repository without importing or running any of its code."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from whose.config import Config, Root
from whose.errors import Problem
from whose.index import OwnershipIndex, Subject, index_of
from whose.model import Ownership, Rule, SourceName, Team, TeamName
from whose.resolver.import_roots import ImportRoots
from whose.resolver.locations import USUAL_ROOTS, Locations
from whose.resolver.nearest_file import NearestFile
from whose.resolver.source_texts import SourceTexts
from whose.sources.declarations import Declarations, load_declarations


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something has the owner that it has: what every source says of it, in order of precedence."""

    ownership: Ownership
    #: The sources that spoke, each with its rule; the one of ``ownership`` won.
    spoken: tuple[tuple[SourceName, Rule], ...]

    def __str__(self) -> str:
        lines = [str(self.ownership)]
        for _, rule in self.spoken:
            if rule != self.ownership.rule:
                lines.append(f"  passed over: {rule}, {rule.team or 'unowned on purpose'}")
        return "\n".join(lines)


class Repository:
    """A folder with code and the rules that say who owns it.

    Answers are as at run time, with one difference: what code does only while it runs is not seen.
    """

    def __init__(self, config: Config, declarations: Declarations) -> None:
        self.config = config
        self.declarations = declarations
        self.root = config.root or Path.cwd()
        self._top = str(self.root)
        self.index: OwnershipIndex = index_of(config, declarations)
        self._found: dict[Problem, None] = {}
        self._import_roots = ImportRoots(self.root, config.roots)
        self._locations = Locations(self.root, config.roots)
        self._texts = SourceTexts(team_comments=config.team_comments)
        self._nearest_file = (
            NearestFile(config.nearby, declarations.roster, report=self._note) if config.nearby else None
        )

    @property
    def teams(self) -> tuple[Team, ...]:
        """Return every team that is described or that a rule names."""
        return tuple(self.index.teams.values())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, in order of precedence; those next to and in the code are told by path only."""
        return tuple(dict.fromkeys((*self.index.rules(), *self.declarations.packages)))

    @property
    def declared_teams(self) -> frozenset[TeamName]:
        """Return the teams that code declares, anywhere in the files that were asked about so far."""
        return frozenset(self._texts.teams)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the rules though they can be used.

        What is wrong with an ownership file next to the code is known once a path below it was asked about.
        """
        return (*self.declarations.problems, *self._found)

    def owner_of_path(self, path: str | os.PathLike[str]) -> Ownership:
        """Return the Ownership of a file, there or not, or, with a slash at the end, of a folder's files in general.

        Raises:
            ValueError: the path lies outside the repository.

        """
        return self._owner_of(self.subject_of_path(path))

    def owner_of_module(self, name: str) -> Ownership:
        """Return the Ownership of a dotted name: a module, or a function or class in one."""
        return self.index.owner_of(self.subject_of_module(name))

    def explain(self, thing: str | os.PathLike[str]) -> Explanation:
        """Return the Ownership of a path or dotted name, and what every source says of it.

        A text with a slash, and one that names a file of the repository, is a path.

        Raises:
            ValueError: the path lies outside the repository.

        """
        is_path = not isinstance(thing, str) or "/" in thing or (self.root / thing).is_file()
        subject = self.subject_of_path(thing) if is_path else self.subject_of_module(os.fspath(thing))
        return Explanation(self._owner_of(subject), self.index.explain(subject))

    def _owner_of(self, subject: Subject) -> Ownership:
        ownership = self.index.owner_of(subject)
        # A template in a package is judged by the package's rules, but is no module.
        is_module = subject.path is None or subject.path.endswith(".py")
        return ownership if is_module else replace(ownership, module=None)

    def subject_of_path(self, path: str | os.PathLike[str], *, text: bytes | None = None) -> Subject:
        """Return what the index is asked about a path; ``text`` is what the file holds, if it has been read already.

        Raises:
            ValueError: the path lies outside the repository.

        """
        relative = self._relative(os.fspath(path))
        file = f"{self._top}{os.sep}{relative}"
        return Subject(
            module=self._import_roots.module_of(relative),
            declared=self._texts.rule_of(file, text=text),
            nearby=self._nearest_file.rule_of(file, top=self._top) if self._nearest_file is not None else None,
            path=relative,
        )

    def subject_of_module(self, name: str) -> Subject:
        """Return what the index is asked about a dotted name."""
        location = self._locations.of_name(name)
        if not location.paths and not self.config.roots:
            usual = {root.folder for root in USUAL_ROOTS}
            found = [Root(folder) for folder in dict.fromkeys(self._import_roots.found()) if folder not in usual]
            location = Locations(self.root, found).of_name(name) if found else location
        if not location.paths or location.file is None:
            return Subject(module=name)
        path, *others = location.paths
        return Subject(
            module=name,
            declared=self._texts.rule_of(location.file, name),
            nearby=(
                self._nearest_file.rule_of(location.file, top=self._top) if self._nearest_file is not None else None
            ),
            path=path,
            other_paths=tuple(others),
        )

    def _note(self, problem: Problem) -> None:
        self._found[problem] = None

    def _relative(self, path: str) -> str:
        if path and path[0] not in "/." and "/." not in path and "//" not in path and os.sep == "/":
            return path
        is_folder = path.endswith(("/", os.sep))
        whole = os.path.normpath(os.path.join(self.root, path))
        top = self._top
        if whole != top and not whole.startswith(top + os.sep):
            raise ValueError(f"{path} lies outside the repository {top}")
        relative = whole[len(top) + 1 :].replace(os.sep, "/")
        return f"{relative}/" if is_folder and relative else relative


def repository_of(config: Config) -> Repository:
    """Return the repository that a configuration is about.

    Raises:
        ConfigurationError: with every mistake in the files that the configuration names.
        MissingExtraError: one of them is YAML, and PyYAML is not installed.

    """
    return Repository(config, load_declarations(config))
