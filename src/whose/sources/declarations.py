"""Everything that is declared outside of the code, read from the configuration and the files that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from whose.config import Checker, Config
from whose.config.mappings import Prefixes
from whose.errors import ConfigurationError, Problem
from whose.model import Rule, Team, TeamName
from whose.sources.roster import Roster, claimed_twice


@dataclass(frozen=True, slots=True)
class Declarations:
    """All teams and rules, in the words of their sources."""

    roster: Roster
    team_places: Mapping[TeamName, str] = field(default_factory=dict)
    mappings: tuple[Rule, ...] = ()
    default: Rule | None = None
    #: What is wrong but does not keep us from answering: unclaimed handles, lines that a dialect does not have.
    problems: tuple[Problem, ...] = ()


def load_declarations(config: Config) -> Declarations:
    """Return everything that a configuration declares.

    Raises:
        ConfigurationError: with every mistake in the files that it names.

    """
    return _Loader(config).load()


class _Loader:
    """Reads one source after the other, the teams first, since the others name them."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.checker = Checker()
        self.teams: dict[TeamName, Team] = dict(config.teams)
        self.team_places: dict[TeamName, str] = dict(config.team_places)
        self.prefixes = Prefixes(self.checker)
        self.findings: list[Problem] = []

    def load(self) -> Declarations:
        for rule in self.config.mappings:
            self.prefixes.add(rule)
        self._name_teams()
        self.checker.problems += claimed_twice(self.teams, self.team_places)
        roster = Roster(self.teams)
        if self.checker.problems:
            raise ConfigurationError(self.checker.problems)
        return Declarations(
            roster=roster,
            team_places=self.team_places,
            mappings=self.prefixes.rules,
            default=self.config.default or self.prefixes.catch_all,
            problems=tuple(self.findings),
        )

    def _name_teams(self) -> None:
        """Give every team that a rule names a Team of its own."""
        config = self.config
        rules = (*self.prefixes.rules, *config.packages, *config.urls, *config.tasks)
        for rule in (*rules, config.default, self.prefixes.catch_all):
            if rule is not None and rule.team is not None:
                self.teams.setdefault(rule.team, Team(rule.team))
