"""Writes the ownership rules of a Sentry project, which assign issues to the teams that own the code."""

from __future__ import annotations

from collections.abc import Mapping

from whose.index import Subject
from whose.model import Ownership
from whose.report.export.claims import Claim, fewest_claims


def sentry_rules(subjects: Mapping[str, Subject], ownerships: Mapping[str, Ownership]) -> str:
    """Return rules as Sentry's settings take them (https://docs.sentry.io/product/issues/ownership-rules/).

    Of the rules that match an event the last one assigns it. So the tag that our Sentry sink sets comes last, and the
    paths before it serve events that do not carry it: as the SDK reports them, Python's begin where imports begin.
    A rule matches when any frame does, and none can say that nobody owns a file.
    """
    owners: dict[str, set[str | None]] = {}
    for path, subject in subjects.items():
        team = ownerships[path].team
        owners.setdefault(_reported(path, subject), set()).add(team.name if team is not None else None)
    certain = {path: next(iter(names)) for path, names in owners.items() if len(names) == 1}
    claims, _ = fewest_claims(((path.split("/"), owner) for path, owner in certain.items()), can_unset=False)
    lines = ["# Written by whose export sentry. Of the rules that match, the last one assigns the issue."]
    lines += [f"path:{_pattern(claim)} #{claim.owner}" for claim in claims if claim.owner is not None]
    teams = sorted({ownership.team.name for ownership in ownerships.values() if ownership.team is not None})
    if teams:
        lines.append("# Events that carry the tag of whose's Sentry sink: the owner of the work that failed.")
        lines += [f"tags.code_owner:{team} #{team}" for team in teams]
    return "\n".join(lines) + "\n"


def _reported(path: str, subject: Subject) -> str:
    """Return the path as a frame names it: Python's from the folder that imports start in."""
    if not path.endswith(".py") or not subject.module:
        return path
    depth = subject.module.count(".") + 1 + path.endswith("/__init__.py")
    return "/".join(path.split("/")[-depth:])


def _pattern(claim: Claim) -> str:
    # In Sentry's globs "*" matches slashes too.
    pattern = "/".join(claim.steps) + ("/*" if claim.is_folder else "")
    if any(character.isspace() or character == '"' for character in pattern):
        escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return pattern
