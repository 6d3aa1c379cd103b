"""Writes a mapping of teams to dotted prefixes that gives every module the owner that it has now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from whose.index import Subject
from whose.model import Ownership
from whose.report.export.claims import fewest_claims


@dataclass(frozen=True, slots=True)
class ExportedMapping:
    """A mapping, and the modules whose owner it cannot tell."""

    #: Team to prefixes, both sorted.
    prefixes: Mapping[str, tuple[str, ...]]
    #: Packages with an owner above code without one, and modules of one name with several owners.
    unsayable: tuple[str, ...]


def mapping_of(subjects: Mapping[str, Subject], ownerships: Mapping[str, Ownership]) -> ExportedMapping:
    """Return the shortest mapping of the Python files of a repository.

    A prefix covers everything below it, and nothing can take code below it out again. So a package above code that
    nobody owns is not named as a whole, and its own ``__init__`` cannot be named.
    """
    owners: dict[str, set[str | None]] = {}
    for path, subject in subjects.items():
        if path.endswith(".py") and subject.module:
            team = ownerships[path].team
            owners.setdefault(subject.module, set()).add(team.name if team is not None else None)
    # No prefix may cover a name that files of several owners share: it would be right for one of them only.
    certain = {module: next(iter(names)) if len(names) == 1 else None for module, names in owners.items()}
    claims, unsayable = fewest_claims(
        ((module.split("."), owner) for module, owner in certain.items()), can_unset=False
    )
    prefixes: dict[str, list[str]] = {}
    for claim in claims:
        if claim.owner is not None:
            prefixes.setdefault(claim.owner, []).append(".".join(claim.steps))
    disputed = [module for module, names in owners.items() if len(names) > 1]
    return ExportedMapping(
        {team: tuple(sorted(prefixes[team])) for team in sorted(prefixes)},
        tuple(sorted([*(".".join(steps) for steps in unsayable), *disputed])),
    )


def toml_of(mapping: ExportedMapping) -> str:
    """Return a mapping as ``mapping_files`` and ``[tool.whose]`` take it."""
    lines = [*_comments(mapping), "[mappings]"]
    for team, prefixes in mapping.prefixes.items():
        lines += [f"{toml_key(team)} = [", *(f"  {quoted(prefix)}," for prefix in prefixes), "]"]
    return "\n".join(lines) + "\n"


def django_of(mapping: ExportedMapping) -> str:
    """Return a mapping as the setting of edx-django-utils, which our Django host reads too."""
    lines = [*_comments(mapping), "CODE_OWNER_MAPPINGS = {"]
    for team, prefixes in mapping.prefixes.items():
        lines += [f"    {team!r}: [", *(f"        {prefix!r}," for prefix in prefixes), "    ],"]
    return "\n".join([*lines, "}"]) + "\n"


def _comments(mapping: ExportedMapping) -> list[str]:
    comments = ["# Written by whose export mapping. A prefix covers everything below it; the most specific one counts."]
    if mapping.unsayable:
        comments.append("# Has an owner that no prefix can tell, since code below it, or of the same name, has none:")
        comments += [f"#   {module}" for module in mapping.unsayable]
    return comments


def toml_key(team: str) -> str:
    """Return a name as a key of TOML."""
    return team if team.isascii() and team.replace("-", "").replace("_", "").isalnum() else quoted(team)


def quoted(text: str) -> str:
    """Return a text as a string of TOML; JSON writes such strings too, where it leaves all characters as they are."""
    return json.dumps(text, ensure_ascii=False)
