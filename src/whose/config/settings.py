"""The Config: everything that the user may decide, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from whose.model import Rule, SourceName, Team, TeamName

#: The parts of own-time accounting that can be switched on one by one (``[tool.whose] costs = [...]``).
COST_PARTS = ("wall", "cpu", "sql", "queue")

#: The parts of a Django request that can be made works of their own (``[tool.whose] parts = [...]``).
REQUEST_PARTS = ("middleware", "receivers")

#: The sources, the most trusted first; the first one that speaks of some code decides, and then the default owner.
ORDER = tuple(
    map(
        SourceName,
        ("declared", "nearby", "unowned", "mapping", "codeowners", "backstage", "packages", "urls", "tasks"),
    )
)

#: The files next to the code that may name its owner; in one folder the first of them counts.
NEARBY = (".codeowner", "owners.yaml", "OWNERS")


Dialect = Literal["github", "gitlab"]


@dataclass(frozen=True, slots=True)
class FileSetting:
    """A file, folder or glob that the configuration names, and where it does so."""

    path: Path
    #: Where it is named: ``pyproject.toml:12``.
    place: str


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of the repository from which Python imports, and how its files are told in production."""

    #: Relative to the repository, with ``/``; empty for the repository itself.
    folder: str
    #: The dotted package that lies in this very folder, wherever it is installed.
    package: str | None = None
    #: The absolute folder to which production copies this one.
    deployed: str | None = None


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What ``whose lint`` looks for and excuses; the command line comes before it."""

    #: Codes, or the beginnings of some.
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: FileSetting | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the user may decide, checked and frozen."""

    #: Rules of dotted module prefixes, without the catch-all.
    mappings: tuple[Rule, ...] = ()
    #: The catch-all, from ``default_owner`` or the prefix ``*``.
    default: Rule | None = None
    teams: Mapping[TeamName, Team] = field(default_factory=dict, hash=False)
    #: Where each team that ``teams`` or ``themes`` describes stands.
    team_places: Mapping[TeamName, str] = field(default_factory=dict, hash=False)
    #: Names of entry points or sink objects; None means every agent that is active here.
    sinks: tuple[object, ...] | None = None
    optional_module_prefixes: tuple[str, ...] = ()
    #: Renamed keys for all sinks (under the empty name) and by sink.
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    #: Module prefixes, or path globs, of shared code that never owns what passes through it.
    transparent: tuple[Rule, ...] = ()
    #: Module prefixes, names, or path globs of code that nobody is to own.
    unowned: tuple[Rule, ...] = ()
    #: Distribution name to team, as rules whose pattern is the distribution's name.
    packages: tuple[Rule, ...] = ()
    #: URL prefix, and glob of task names, to team: for what no code tells.
    urls: tuple[Rule, ...] = ()
    tasks: tuple[Rule, ...] = ()
    #: CODEOWNERS files; with ``find_codeowners``, the one at a place where GitHub or GitLab looks.
    codeowners: tuple[FileSetting, ...] = ()
    find_codeowners: FileSetting | None = None
    #: ``github`` or ``gitlab``; None for what the file's place tells.
    codeowners_dialect: Dialect | None = None
    #: Sections of GitLab's CODEOWNERS that are asked before the others.
    codeowners_sections: tuple[str, ...] = ()
    mapping_files: tuple[FileSetting, ...] = ()
    teams_files: tuple[FileSetting, ...] = ()
    backstage: tuple[FileSetting, ...] = ()
    #: Names of the files next to the code that are looked for.
    nearby: tuple[str, ...] = ()
    #: Whether comments ``# @team team-red`` in the first lines of files are read.
    team_comments: bool = False
    #: Whether a handle that no team claims is a team of its own (``team``) or nobody (``report``).
    unclaimed_handles: str = "team"
    order: tuple[SourceName, ...] = ORDER
    roots: tuple[Root, ...] = ()
    #: Parts of own-time accounting that are on; see COST_PARTS.
    costs: tuple[str, ...] = ()
    #: Parts of a request that are works of their own; see REQUEST_PARTS.
    parts: tuple[str, ...] = ()
    #: Count in :func:`whose.stats` the messages that are sent while no work is known to run.
    guard: bool = False
    #: Senders whose W3C baggage is believed, and hosts to which ours is sent.
    baggage_from: tuple[str, ...] = ()
    baggage_to: tuple[str, ...] = ()
    lint: LintSettings = LintSettings()
    #: The repository, to which every path in a rule is relative.
    root: Path | None = None
    #: How messages name the places that were read, in order of precedence.
    places: tuple[str, ...] = ()

    def keys_of(self, sink: str) -> Mapping[str, str]:
        """Return the other names that keys have in a sink, those for all sinks included."""
        return {**self.keys.get("", {}), **self.keys.get(sink, {})}

    @property
    def has_rules(self) -> bool:
        """Tell whether anything here could give any code an owner."""
        return bool(
            self.mappings or self.default or self.packages or self.urls or self.tasks or self.has_rules_elsewhere
        )

    @property
    def has_codeowners(self) -> bool:
        """Tell whether a CODEOWNERS file is to be read."""
        return bool(self.codeowners or self.find_codeowners)

    @property
    def has_rules_elsewhere(self) -> bool:
        """Tell whether rules stand in other files than the configuration itself."""
        return bool(self.has_codeowners or self.mapping_files or self.backstage or self.nearby or self.team_comments)

    @property
    def needs_paths(self) -> bool:
        """Tell whether any rule here judges code by its path in the repository."""
        return bool(
            self.has_codeowners
            or self.backstage
            or any(is_path_pattern(rule.pattern) for rule in (*self.unowned, *self.transparent))
            or any(not is_dotted_prefix(rule.pattern) for rule in self.unowned)
        )


def is_path_pattern(text: str) -> bool:
    """Tell whether an item of ``transparent`` or ``unowned`` is a pattern of paths, not a dotted name.

    >>> is_path_pattern("shop/lib/**"), is_path_pattern("conftest.py"), is_path_pattern("shop.lib")
    (True, True, False)
    """
    return "/" in text or "*" in text or text.endswith(".py")


def is_dotted_prefix(text: str) -> bool:
    """Tell whether an item of ``unowned`` is a dotted prefix and not a bare name such as ``migrations``."""
    return "." in text and not is_path_pattern(text)
