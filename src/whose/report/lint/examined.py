"""Everything that the checks of ``whose lint`` look at, and how they speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from whose.config import Config
from whose.index import OwnershipIndex, Subject
from whose.model import Ownership, Rule, TeamName
from whose.report.lint.finding import Edit, Finding
from whose.sources.codeowners import CodeownersLine
from whose.sources.declarations import Declarations


@dataclass(frozen=True)
class Examined:
    """A repository as the checks see it."""

    root: Path
    config: Config
    declared: Declarations
    index: OwnershipIndex
    paths: tuple[str, ...]
    subjects: Mapping[str, Subject]
    ownerships: Mapping[str, Ownership]
    #: The teams that own a function or class somewhere, whoever owns the file.
    declared_teams: AbstractSet[TeamName] = frozenset()
    #: Whether the packages that the code uses are installed where we run, so that their names can be judged.
    has_packages: bool = True
    #: The lines of files that checks asked for, and the name of each file below the repository.
    _lines: dict[str, list[str]] = field(default_factory=dict, compare=False)
    _relative: dict[str, str] = field(default_factory=dict, compare=False)

    @cached_property
    def spellings(self) -> Mapping[str, tuple[str, ...]]:
        """Return how each file and folder is really spelt, by its name in one letter case."""
        from whose.report.lint.path_rules import spellings_of

        return spellings_of(self.paths)

    @cached_property
    def _codeowners_lines(self) -> Mapping[tuple[str | None, int | None], CodeownersLine]:
        return {(line.file, line.line): line for file in self.declared.codeowners for line in file.parsed.rules}

    def owners_of(self, rule: Rule) -> Sequence[str]:
        """Return the owners of a rule as its file names them; a line of CODEOWNERS may name several."""
        line = self._codeowners_lines.get((rule.file, rule.line))
        return line.owners if line is not None else tuple(filter(None, [rule.team]))

    def section_of(self, rule: Rule) -> str:
        """Return the section of a rule in a CODEOWNERS file of GitLab; empty for other rules."""
        line = self._codeowners_lines.get((rule.file, rule.line))
        return line.section if line is not None else ""

    def inside(self, folder: str) -> Sequence[str]:
        """Return the names of the files and folders in a folder."""
        return self._inside.get(folder, ())

    @cached_property
    def _inside(self) -> Mapping[str, Sequence[str]]:
        names: dict[str, list[str]] = {}
        for spelt in self.spellings.values():
            for path in spelt:
                folder, _, name = path.rpartition("/")
                names.setdefault(folder, []).append(name)
        return names

    def relative(self, file: str) -> str:
        """Return the path of a file, named as messages name it, relative to the repository where it lies in there."""
        if file not in self._relative:
            self._relative[file] = _relative_to(self.root.absolute(), file)
        return self._relative[file]

    def finding(
        self, code: str, message: str, mend: str, *, rule: Rule, subject: str | None = None, edit: Edit | None = None
    ) -> Finding:
        """Return a finding about a rule, at its place."""
        return Finding(
            code,
            message,
            mend,
            subject=subject or rule.pattern,
            file=self.relative(rule.file) if rule.file is not None else None,
            line=rule.line,
            setting=rule.setting,
            edit=edit,
        )

    def replaced(self, rule: Rule, old: str, new: str) -> Edit | None:
        """Return the edit that replaces a text in the line of a rule; None where it does not stand there just once."""
        line = self.line_of(rule)
        if line is None or line.count(old) != 1 or rule.file is None or rule.line is None:
            return None
        return Edit(self.relative(rule.file), rule.line, old, new)

    def without_line(self, rule: Rule, *, holding: str) -> Edit | None:
        """Return the edit that deletes the line of a rule; None where that is not the whole declaration."""
        line = self.line_of(rule)
        if line is None or line.count(holding) != 1 or rule.file is None or rule.line is None:
            return None
        return Edit(self.relative(rule.file), rule.line, holding, None)

    def line_of(self, rule: Rule) -> str | None:
        """Return the line at which a rule stands, or None."""
        if rule.file is None or rule.line is None:
            return None
        if rule.file not in self._lines:
            try:
                text = Path(rule.file).read_bytes().decode("utf-8-sig", "surrogateescape")
            except OSError:
                text = ""
            self._lines[rule.file] = text.split("\n")
        lines = self._lines[rule.file]
        return lines[rule.line - 1] if rule.line <= len(lines) else None


def _relative_to(root: Path, file: str) -> str:
    path = Path(file).absolute()
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    resolved = path.resolve()
    return resolved.relative_to(root.resolve()).as_posix() if resolved.is_relative_to(root.resolve()) else file
