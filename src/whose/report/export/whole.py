"""Writes everything that is known of a repository's owners as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable

from whose.report.records import document, ownership_record, rule_record, team_record
from whose.report.states import state_of
from whose.report.survey import OwnedEntry, Survey
from whose.report.teams_shown import entry_record


def whole_document(survey: Survey, entries: Iterable[OwnedEntry]) -> dict[str, object]:
    """Return the document of ``whose export json``: teams, rules, and the owner of every file, task and view.

    Rules are numbered, and files name theirs by number, since few rules own many files.
    """
    repository = survey.repository
    rules = list(repository.rules)
    numbers = {rule: number for number, rule in enumerate(rules)}
    for ownership in survey.ownerships.values():
        if ownership.rule is not None and ownership.rule not in numbers:
            numbers[ownership.rule] = len(rules)
            rules.append(ownership.rule)
    teams = {team.name: team for team in repository.teams}
    for ownership in survey.ownerships.values():
        if ownership.team is not None:
            teams.setdefault(ownership.team.name, ownership.team)
    points: dict[str, list[dict[str, object]]] = {"task": [], "view": []}
    for entry in entries:
        points[entry.entry.kind].append({**entry_record(entry), **ownership_record(entry.ownership)})
    return document(
        "export",
        teams=[team_record(team) for team in teams.values()],
        rules=[rule_record(rule) for rule in rules],
        files=[
            {
                "path": path,
                "state": state_of(ownership).value,
                "team": ownership.team.name if ownership.team is not None else None,
                "rule": numbers[ownership.rule] if ownership.rule is not None else None,
                "module": ownership.module,
            }
            for path, ownership in survey.ownerships.items()
        ],
        tasks=points["task"],
        views=points["view"],
    )
