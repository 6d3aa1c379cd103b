"""The shapes that JSON documents give to owners, rules and teams; docs/cli.md describes them."""

from __future__ import annotations

from whose.model import Ownership, Rule, Team
from whose.report.states import state_of

VERSION = 1


def document(kind: str, **values: object) -> dict[str, object]:
    """Return a document of one command, told apart by ``kind``; a later version may add keys, but changes none."""
    return {"version": VERSION, "kind": kind, **values}


def ownership_record(ownership: Ownership) -> dict[str, object]:
    """Return who owns something, and why."""
    return {
        "state": state_of(ownership).value,
        "team": ownership.team.name if ownership.team is not None else None,
        "levels": dict(ownership.team.levels) if ownership.team is not None else {},
        "source": ownership.source,
        "rule": rule_record(ownership.rule) if ownership.rule is not None else None,
        "module": ownership.module,
        "path": ownership.path,
        "reason": ownership.reason,
    }


def rule_record(rule: Rule) -> dict[str, object]:
    """Return a rule and its place."""
    return {
        "source": rule.source,
        "pattern": rule.pattern,
        "team": rule.team,
        "file": rule.file,
        "line": rule.line,
        "setting": rule.setting,
    }


def team_record(team: Team) -> dict[str, object]:
    """Return a team and the ways to reach it."""
    return {
        "name": team.name,
        "levels": dict(team.levels),
        "contacts": dict(team.contacts),
        "handles": list(team.handles),
    }
