"""Everything that is declared outside of the code, read from the configuration and the files that it names."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from whose.config import Checker, Config, Place
from whose.config.mappings import Prefixes
from whose.config.places import shown
from whose.config.settings import NEARBY
from whose.config.teams import Teams
from whose.errors import ConfigurationError, MissingExtraError, Problem
from whose.model import Rule, Team, TeamName
from whose.sources.roster import Roster, claimed_twice

if TYPE_CHECKING:
    from whose.sources.codeowners import ParsedCodeowners


@dataclass(frozen=True, slots=True)
class CodeownersFile:
    """A CODEOWNERS file as it was read, and the Rule of each of its lines."""

    parsed: ParsedCodeowners
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Declarations:
    """All teams and rules, in the words of their sources."""

    #: The teams that may claim a handle: those that are described, and those that a rule names by their name.
    roster: Roster
    #: All teams, with those that only a handle names, where such count.
    teams: Mapping[TeamName, Team] = field(default_factory=dict)
    #: Where each team is described; one that only rules name is not among them.
    team_places: Mapping[TeamName, str] = field(default_factory=dict)
    mappings: tuple[Rule, ...] = ()
    default: Rule | None = None
    codeowners: tuple[CodeownersFile, ...] = ()
    #: Path rules of Backstage's components, outer folders first.
    components: tuple[Rule, ...] = ()
    #: The rules of distributions, and the one of each dotted prefix that these bring.
    packages: tuple[Rule, ...] = ()
    package_prefixes: Mapping[str, Rule] = field(default_factory=dict)
    #: What is wrong but does not keep us from answering: unclaimed handles, lines that a dialect does not have.
    problems: tuple[Problem, ...] = ()


def load_declarations(config: Config) -> Declarations:
    """Return everything that a configuration declares.

    Raises:
        ConfigurationError: with every mistake in the files that it names.
        MissingExtraError: one of them is YAML, and PyYAML is not installed.

    """
    return _Loader(config).load()


class _Loader:
    """Reads one source after the other, the teams first, since the others name them.

    What reads a source is imported where it is used: most who install us have one or two of them, and need not wait for
    the rest.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.repository = config.root or Path.cwd()
        self.checker = Checker()
        self.teams = Teams()
        self.prefixes = Prefixes(self.checker)
        self.findings: list[Problem] = []
        #: Backstage's entities.
        self.catalogue: list[Place] = []
        self.packages: list[Rule] = list(config.packages)

    def load(self) -> Declarations:
        config = self.config
        _check_that_yaml_can_be_read(config)
        for team in config.teams.values():
            self.teams.add(team, config.team_places.get(team.name, ""))
        for rule in config.mappings:
            self.prefixes.add(rule)
        if config.teams_files:
            self._read_teams()
        if config.backstage:
            self._read_catalogue()
        if config.mapping_files:
            self._read_mappings()
        self.checker.problems += claimed_twice(self.teams.by_name, self.teams.places)
        default = config.default or self.prefixes.catch_all
        named = _named_by((*self.prefixes.rules, *self.packages, *config.urls, *config.tasks, default))
        roster = Roster({**{name: Team(name) for name in named}, **self.teams.by_name})
        codeowners = self._codeowners(roster) if config.has_codeowners else ()
        components = self._components(roster) if self.catalogue else ()
        if self.checker.problems:
            raise ConfigurationError(self.checker.problems)
        prefixes = self._package_prefixes() if self.packages else {}
        by_handle = _named_by((*components, *(rule for file in codeowners for rule in file.rules)))
        unclaimed = by_handle if config.unclaimed_handles == "team" else ()
        return Declarations(
            roster=roster,
            teams={**{name: Team(name) for name in unclaimed}, **roster.teams},
            team_places=self.teams.places,
            mappings=self.prefixes.rules,
            default=default,
            codeowners=codeowners,
            components=components,
            packages=tuple(self.packages),
            package_prefixes=prefixes,
            problems=tuple(self.findings),
        )

    def _read_teams(self) -> None:
        from whose.sources.documents import files_of, load_documents
        from whose.sources.team_files import INSIDE_FOLDERS, read_teams

        for path, place in files_of(self.checker, self.config.teams_files, inside=INSIDE_FOLDERS):
            for document in load_documents(self.checker, path, named_at=place):
                for team, where in read_teams(self.checker, document):
                    self.teams.add(team, where)
                if document.values.get("owned_globs") and not self.config.has_codeowners:
                    # code_ownership writes them into CODEOWNERS; who reads that has them, and who does not misses them.
                    message = "'owned_globs' are not read"
                    mend = "name the CODEOWNERS that code_ownership makes of them in 'codeowners'"
                    self.findings.append(Problem(document.place_of("owned_globs"), message, mend, kind="unread_key"))

    def _read_catalogue(self) -> None:
        from whose.sources.backstage import INSIDE_FOLDERS, read_groups
        from whose.sources.documents import files_of, load_documents

        for path, place in files_of(self.checker, self.config.backstage, inside=INSIDE_FOLDERS):
            self.catalogue += load_documents(self.checker, path, named_at=place)
        groups, findings = read_groups(self.catalogue)
        self.findings += findings
        for team, where in groups.values():
            self.teams.add(team, where)

    def _components(self, roster: Roster) -> tuple[Rule, ...]:
        from whose.sources.backstage import read_components

        rules, findings = read_components(self.catalogue, roster, repository=self.repository)
        self.findings += findings
        return tuple(rules)

    def _read_mappings(self) -> None:
        from whose.sources.csv_ownership import parse_csv
        from whose.sources.documents import files_of, load_documents, read_text
        from whose.sources.mapping_files import INSIDE_FOLDERS, read_mapping

        for path, place in files_of(self.checker, self.config.mapping_files, inside=INSIDE_FOLDERS):
            if path.suffix.lower() != ".csv":
                for document in load_documents(self.checker, path, named_at=place):
                    for team, where in read_mapping(self.checker, self.prefixes, document).values():
                        self.teams.add(team, where)
                continue
            text = read_text(self.checker, path, named_at=place)
            if text is not None:
                sheet = parse_csv(self.checker, text, file=shown(path))
                self.packages += sheet.packages
                for rule in sheet.mappings:
                    self.prefixes.add(rule)

    def _package_prefixes(self) -> dict[str, Rule]:
        from whose.sources.packages import package_prefixes

        prefixes, missing = package_prefixes(self.packages)
        self.findings += missing
        return prefixes

    def _codeowners(self, roster: Roster) -> tuple[CodeownersFile, ...]:
        from whose.sources.codeowners import PLACES, codeowners_rules, find_codeowners, load_codeowners
        from whose.sources.documents import files_of

        config = self.config
        paths = [path for path, _ in files_of(self.checker, config.codeowners, inside="CODEOWNERS")]
        if config.find_codeowners is not None:
            found = find_codeowners(self.repository)
            if found is not None:
                paths.append(found)
            else:
                message = f"{shown(self.repository)} has no CODEOWNERS file"
                self.checker.problem(config.find_codeowners.place, message, f"write one: {', '.join(PLACES)}")
        files = []
        for path in dict.fromkeys(paths):
            try:
                parsed = load_codeowners(shown(path), dialect=config.codeowners_dialect)
            except ConfigurationError as error:
                self.checker.problems += error.problems
                continue
            if config.codeowners_sections and parsed.dialect == "gitlab":
                from whose.sources.preferred_sections import preferred_sections

                self.checker.problems += preferred_sections(parsed, config.codeowners_sections)[1]
            rules = codeowners_rules(parsed.rules, team_of=lambda owners: _first_team(roster, owners))
            self.findings += parsed.problems
            self.findings += _about_owners(parsed, roster)
            files.append(CodeownersFile(parsed, rules))
        return tuple(files)


def _check_that_yaml_can_be_read(config: Config) -> None:
    # With ``nearby = true`` such files are read where there are any; who names them wants them.
    if "owners.yaml" in config.nearby and config.nearby != NEARBY and importlib.util.find_spec("yaml") is None:
        raise MissingExtraError(wanted="owners.yaml, in 'nearby',", library="PyYAML", extra="yaml")


def _named_by(rules: Iterable[Rule | None]) -> list[TeamName]:
    return [rule.team for rule in rules if rule is not None and rule.team is not None]


def _first_team(roster: Roster, owners: Iterable[str]) -> TeamName | None:
    owner = roster.first_owner(owners)
    return owner.team if owner is not None else None


def _about_owners(parsed: ParsedCodeowners, roster: Roster) -> list[Problem]:
    """Return what is to be said about the handles of a file, each where it first stands."""
    found: dict[str, Problem] = {}
    for line in parsed.rules:
        for owner in line.owners:
            if owner not in found:
                problem = roster.problem_of(owner, f"{line.file}:{line.line}")
                if problem is not None:
                    found[owner] = problem
    return list(found.values())
