"""The metrics that we offer to whoever has no tracing: their names, their meaning, and labels that stay few."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from whose.costs import NOBODY, Costs
from whose.model import CODE_OWNER, CODE_OWNER_AT_FAULT, Attribution, Fault, Team, TeamName

#: The label value of teams that no configuration names, so that nothing but the configuration makes series.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a counter, or a histogram of seconds."""

    name: str
    meaning: str
    #: Label names beside those that every metric of a work has.
    labels: tuple[str, ...] = ()
    #: Whether the labels above are the only ones.
    is_bare: bool = False


WORK = Metric("whose_work_total", "Works run, by the team that owns the code.")
SECONDS = Metric("whose_work_seconds", "How long works took, in seconds.")
FAILURES = Metric("whose_work_failures_total", "Works that an exception left.", (CODE_OWNER_AT_FAULT,))
UNOWNED = Metric("whose_unowned_total", "Works whose code nobody owns.", ("kind",), is_bare=True)
HANDOFFS = Metric("whose_handoffs_total", "Works that one team asked another for.", ("from", "to"), is_bare=True)
OWN_SECONDS = Metric("whose_own_seconds_total", "Seconds spent in a team's own code.", (CODE_OWNER,), is_bare=True)
OWN_CPU_SECONDS = Metric("whose_own_cpu_seconds_total", "CPU seconds of a team's code.", (CODE_OWNER,), is_bare=True)
SQL_QUERIES = Metric("whose_sql_queries_total", "Queries that a team's code issued.", (CODE_OWNER,), is_bare=True)
SQL_SECONDS = Metric("whose_sql_seconds_total", "Seconds of queries of a team's code.", (CODE_OWNER,), is_bare=True)
QUEUE_SECONDS = Metric("whose_queue_seconds", "How long works waited in a queue, in seconds.")

COUNTERS = (WORK, FAILURES, UNOWNED, HANDOFFS, OWN_SECONDS, OWN_CPU_SECONDS, SQL_QUERIES, SQL_SECONDS)
HISTOGRAMS = (SECONDS, QUEUE_SECONDS)
#: Upper bounds of the histograms' buckets, in seconds: a request's and a task's range in one.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Labels:
    """Computes labels from configured teams alone: a team's name, its levels, ``none``, ``other``."""

    def __init__(self, teams: Collection[Team]) -> None:
        self._teams = {team.name: team for team in teams}
        #: Every level that any team has, in the order in which they first come.
        self.levels = tuple(dict.fromkeys(level for team in teams for level in team.levels))

    def names(self, metric: Metric) -> tuple[str, ...]:
        """Return the names of a metric's labels."""
        if metric.is_bare:
            return metric.labels
        return ("kind", CODE_OWNER, *(f"{CODE_OWNER}_{level}" for level in self.levels), *metric.labels)

    def of(self, attribution: Attribution) -> tuple[str, ...]:
        """Return the values of the labels that every metric of a work has."""
        team = attribution.ownership.team
        known = self._teams.get(team.name) if team is not None else None
        levels = known.levels if known is not None else {}
        name = self.of_team(team.name if team is not None else None)
        return (attribution.work.kind, name, *(levels.get(level, "") for level in self.levels))

    def of_team(self, name: TeamName | None) -> str:
        """Return the label value of a team."""
        if name is None or name == NOBODY:
            return NOBODY
        return name if name in self._teams else OTHER

    def of_handoff(self, attribution: Attribution) -> tuple[str, str] | None:
        """Return from whom to whom a work was handed; None where it stayed with its team, or nobody known asked."""
        team = attribution.ownership.team
        if attribution.caller is None or (team is not None and team.name == attribution.caller):
            return None
        return self.of_team(attribution.caller), self.of_team(team.name if team is not None else None)


#: One change of a metric: by how much a counter grows, or what a histogram observes.
Change = tuple[Metric, tuple[str, ...], float]


def changes_by_work(labels: Labels, attribution: Attribution) -> Iterator[Change]:
    """Return what changes when a work, or a part of one, begins."""
    yield WORK, labels.of(attribution), 1
    if attribution.ownership.team is None:
        yield UNOWNED, (attribution.work.kind,), 1
    handoff = labels.of_handoff(attribution)
    if handoff is not None:
        yield HANDOFFS, handoff, 1


def changes_by_fault(labels: Labels, attribution: Attribution, fault: Fault) -> Iterator[Change]:
    """Return what changes when an exception leaves a work."""
    team = fault.ownership.team
    yield FAILURES, (*labels.of(attribution), labels.of_team(team.name if team is not None else None)), 1


def changes_by_costs(labels: Labels, attribution: Attribution, costs: Costs) -> Iterator[Change]:
    """Return what changes when a work ends."""
    yield SECONDS, labels.of(attribution), costs.seconds
    if costs.queue_seconds is not None:
        yield QUEUE_SECONDS, labels.of(attribution), costs.queue_seconds
    kinds: tuple[tuple[Metric, Mapping[TeamName, float]], ...] = (
        (OWN_SECONDS, costs.wall_seconds),
        (OWN_CPU_SECONDS, costs.cpu_seconds),
        (SQL_QUERIES, costs.sql_queries),
        (SQL_SECONDS, costs.sql_seconds),
    )
    for metric, by_team in kinds:
        for team, amount in by_team.items():
            yield metric, (labels.of_team(team),), amount
