"""CODEOWNERS files compiled: for GitHub one PathIndex, for GitLab one that weighs sections and exclusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from whose.errors import ConfigurationError
from whose.index.paths import PathIndex
from whose.model import Rule
from whose.sources.codeowners import ParsedCodeowners
from whose.sources.preferred_sections import preferred_sections


class PathRules(Protocol):
    """Path rules, compiled. Must be immutable, picklable and free of I/O."""

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def find(self, path: str) -> Rule | None:
        """Return the rule that claims a path, or None."""
        ...

    def find_all(self, path: str) -> tuple[Rule, ...]:
        """Return every rule that matches a path, in the order of the file."""
        ...


def codeowners_index(
    parsed: ParsedCodeowners, rules: Sequence[Rule], *, first_sections: Sequence[str] = ()
) -> PathRules:
    """Return the index of a CODEOWNERS file, given the Rule of each of its lines.

    Where several sections of GitLab own a path, the first one wins: those in ``first_sections``, in that order, and
    then the others in the order of the file, with the lines before any heading first.

    Raises:
        ConfigurationError: the file has no section of such a name.

    """
    if parsed.dialect == "github":
        return PathIndex.compiled(rules)
    return SectionedIndex.compiled(parsed, rules, first_sections=first_sections)


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: str
    section: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class SectionedIndex:
    """Answers as GitLab does: in each section the last match wins unless the section excludes the path."""

    rules: tuple[Rule, ...]
    #: Names of the sections, the preferred ones first.
    sections: tuple[str, ...]
    _claims: PathIndex[_Entry]
    _exclusions: dict[str, PathIndex[_Entry]]

    @classmethod
    def compiled(
        cls, parsed: ParsedCodeowners, rules: Sequence[Rule], *, first_sections: Sequence[str] = ()
    ) -> SectionedIndex:
        """Return the index of a GitLab file, given the Rule of each of its lines."""
        lines = parsed.rules
        sections, problems = preferred_sections(parsed, first_sections)
        if problems:
            raise ConfigurationError(problems)
        claims: dict[str, dict[str, _Entry]] = {section: {} for section in sections}
        for line, rule in zip(lines, rules, strict=True):
            # As in GitLab's Hash of entries: a pattern that comes again is replaced where it stood first.
            claims[line.section][_full(line.pattern)] = _Entry(line.pattern, line.section, rule)
        excluding = {rule for line, rule in zip(lines, rules, strict=True) if line.is_exclusion}
        # The last match over all sections, the preferred ones last, is the last match of the most preferred one.
        inward = [entry for section in reversed(sections) for entry in claims[section].values()]
        exclusions: dict[str, list[_Entry]] = {}
        for entry in inward:
            if entry.rule in excluding:
                exclusions.setdefault(entry.section, []).append(entry)
        return cls(
            tuple(rules),
            sections,
            PathIndex.compiled([entry for entry in inward if entry.rule not in excluding], dialect="gitlab"),
            {section: PathIndex.compiled(entries, dialect="gitlab") for section, entries in exclusions.items()},
        )

    def find(self, path: str) -> Rule | None:
        """Return the rule of the first section that owns a path, else of the first that says nobody does, or None."""
        claim = self._claims.find(path)
        if claim is None:
            return None
        if claim.rule.team is not None and claim.section not in self._exclusions:
            return claim.rule
        verdicts = self.find_by_section(path)
        return next((rule for rule in verdicts if rule.team is not None), verdicts[0])

    def find_by_section(self, path: str) -> tuple[Rule, ...]:
        """Return the rule of each section that speaks of a path, the preferred ones first; exclusions have no team."""
        claims = {claim.section: claim for claim in self._claims.find_all(path)}
        verdicts = []
        for section in self.sections:
            if section in claims:
                excluded = self._exclusions[section].find(path) if section in self._exclusions else None
                verdicts.append((excluded or claims[section]).rule)
        return tuple(verdicts)

    def find_all(self, path: str) -> tuple[Rule, ...]:
        """Return every rule that matches a path, exclusions too, in the order of the file."""
        found = [*self._claims.find_all(path)]
        for exclusions in self._exclusions.values():
            found += exclusions.find_all(path)
        return tuple(sorted((entry.rule for entry in found), key=lambda rule: rule.line or 0))


def _full(pattern: str) -> str:
    pattern = pattern if pattern.startswith("/") else f"/**/{pattern}"
    return f"{pattern}**/*" if pattern.endswith("/") else pattern
