"""Finds teams that nobody knows, and teams that own nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from whose.model import Rule
from whose.report.lint.examined import Examined
from whose.report.lint.finding import Finding
from whose.report.lint.path_rules import catch_all_finding


def find_in_owners(examined: Examined) -> Iterator[Finding]:
    """Return the findings about teams; where no team is described at all, every name is as good as another."""
    declared = examined.declared
    if declared.team_places:
        yield from _unknown(examined)
        yield from _idle(examined)
    default = declared.default
    if default is not None:
        caught = sum(ownership.rule is default for ownership in examined.ownerships.values())
        if caught:
            yield catch_all_finding(default, caught, examined)


def _unknown(examined: Examined) -> Iterator[Finding]:
    known = examined.declared.team_places
    spelt = {name.casefold(): name for name in known}
    for rule in _naming_teams(examined):
        if rule.team is None or rule.team in known:
            continue
        better = spelt.get(rule.team.casefold())
        if better is not None:
            edit = examined.replaced(rule, rule.team, better)
            mend = f"write {better!r}"
        else:
            edit = None
            near = difflib.get_close_matches(rule.team, known, n=1)
            mend = (
                f"did you mean {near[0]!r}?" if near else "correct the name, or describe the team in [tool.whose.teams]"
            )
        subject = f"{rule.team} for {rule.pattern}"
        message = f"{rule.team!r} is no team"
        yield examined.finding("WH201", message, mend, rule=rule, subject=subject, edit=edit)


def _naming_teams(examined: Examined) -> Iterator[Rule]:
    """Return the rules that name a team by its own name, once each; handles are judged where they are read."""
    declared, config = examined.declared, examined.config
    rules: list[Rule | None] = [*declared.mappings, declared.default, *declared.packages, *config.urls, *config.tasks]
    rules += dict.fromkeys(subject.declared for subject in examined.subjects.values())
    seen: set[Rule] = set()
    for rule in rules:
        if rule is not None and rule not in seen:
            seen.add(rule)
            yield rule


def _idle(examined: Examined) -> Iterator[Finding]:
    declared, config = examined.declared, examined.config
    busy = {ownership.team.name for ownership in examined.ownerships.values() if ownership.team is not None}
    elsewhere: Iterable[Rule] = (*declared.packages, *config.urls, *config.tasks)
    busy |= {rule.team for rule in elsewhere if rule.team is not None} | examined.declared_teams
    named = {rule.team for rule in examined.index.rules()}
    for name, place in declared.team_places.items():
        if name in busy:
            continue
        file, _, line = place.rpartition(":")
        if not file or not line.isdigit():
            file, line = "", ""
        why = "every file that its rules match belongs to others" if name in named else "no rule names it"
        yield Finding(
            "WH203",
            f"{name!r} owns nothing: {why}",
            "give it what it owns, or remove the team",
            subject=name,
            file=examined.relative(file) if file else None,
            line=int(line) if line else None,
            setting=None if file else place,
        )
