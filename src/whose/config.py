"""One frozen Config, read once from every place that may configure us, with all mistakes reported together."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from whose.errors import ConfigurationError, Problem
from whose.model import CODE_OWNER, Rule, SourceName, Team, TeamName
from whose.toml_lines import lines_of_toml

MAPPING = SourceName("mapping")
DEFAULT = SourceName("default")
CATCH_ALL = "*"

#: The parts of own-time accounting that can be switched on one by one (``[tool.whose] costs = [...]``).
COST_PARTS = ("wall", "cpu", "sql", "queue")


@dataclass(frozen=True, slots=True)
class Place:
    """One place that configures us, with its values as written: a file, Django's settings, a call of install()."""

    #: How messages name it: ``pyproject.toml``, ``settings``, ``install()``.
    name: str
    values: Mapping[str, object]
    #: Line of each key and item, for files.
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    #: What stands before the keys inside the file: ``("tool", "whose")`` in pyproject.toml.
    table: tuple[str, ...] = ()
    #: The names that the keys have at this place, where they differ: ``mappings`` is ``CODE_OWNER_MAPPINGS``.
    aliases: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    def line_of(self, *path: str | int) -> int | None:
        """Return the line of a key or item, or of the nearest thing around it; None where this is no file."""
        whole: tuple[str | int, ...] = (*self.table, *path)
        return next((self.lines[whole[:end]] for end in range(len(whole), 0, -1) if whole[:end] in self.lines), None)

    def place_of(self, *path: str | int) -> str:
        """Return how a message names a key or item: ``pyproject.toml:12``, ``settings.CODE_OWNER_MAPPINGS['a'][0]``."""
        if self.file is not None:
            line = self.line_of(*path)
            return self.name if line is None else f"{self.name}:{line}"
        if not path:
            return self.name
        first = str(path[0])
        head = f"{self.name}.{self.aliases[first]}" if first in self.aliases else f"{self.name}[{first!r}]"
        return head + "".join(f"[{step!r}]" for step in path[1:])

    def rule(self, source: SourceName, pattern: str, team: TeamName | None, *path: str | int) -> Rule:
        """Return a Rule that remembers that it was written here."""
        if self.file is not None:
            return Rule(source, pattern, team, file=self.name, line=self.line_of(*path))
        return Rule(source, pattern, team, setting=self.place_of(*path))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the user may decide, checked and frozen."""

    #: Rules of dotted module prefixes, without the catch-all.
    mappings: tuple[Rule, ...] = ()
    #: The catch-all, from ``default_owner`` or the prefix ``*``.
    default: Rule | None = None
    teams: Mapping[TeamName, Team] = field(default_factory=dict, hash=False)
    #: Names of entry points or sink objects; None means every agent that is active here.
    sinks: tuple[object, ...] | None = None
    optional_module_prefixes: tuple[str, ...] = ()
    #: Renamed keys for all sinks (under the empty name) and by sink.
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    #: Module prefixes, or path globs, of shared code that never owns what passes through it.
    transparent: tuple[Rule, ...] = ()
    #: Distribution name to team, as rules whose pattern is the distribution's name.
    packages: tuple[Rule, ...] = ()
    #: Parts of own-time accounting that are on; see COST_PARTS.
    costs: tuple[str, ...] = ()
    #: Senders whose W3C baggage is believed, and hosts to which ours is sent.
    baggage_from: tuple[str, ...] = ()
    baggage_to: tuple[str, ...] = ()
    #: Directory of the file that configured us, for rules made of paths.
    root: Path | None = None
    #: How messages name the places that were read, in order of precedence.
    places: tuple[str, ...] = ()

    @property
    def has_rules(self) -> bool:
        """Tell whether anything here could give any code an owner."""
        return bool(self.mappings or self.default or self.packages)


def find_file(start: Path, environ: Mapping[str, str] = os.environ) -> Place | None:
    """Return the configuration file that counts for a working directory, or None.

    ``WHOSE_CONFIG`` names it; else it is the nearest ``whose.toml``, or ``pyproject.toml`` with a table
    ``[tool.whose]``, from ``start`` upward.

    Raises:
        ConfigurationError: the file cannot be read or is not TOML.

    """
    named = environ.get("WHOSE_CONFIG")
    if named:
        path = Path(named)
        found = load_file(path)
        if found is None:
            raise ConfigurationError(
                [Problem(str(path), "it has no table [tool.whose]", "add one, or correct WHOSE_CONFIG")]
            )
        return found
    for folder in (start, *start.parents):
        for name in ("whose.toml", "pyproject.toml"):
            path = folder / name
            if path.is_file() and (found := load_file(path)) is not None:
                return found
    return None


def load_file(path: Path) -> Place | None:
    """Return what a TOML file configures; None for a file other than ``whose.toml`` without a ``[tool.whose]`` table.

    ``whose.toml`` may leave the table's name out and hold its keys at the top.

    Raises:
        ConfigurationError: the file cannot be read or is not TOML.

    """
    shown = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        problem = Problem(shown, f"cannot be read ({error.strerror})", "correct the path, in WHOSE_CONFIG if set")
        raise ConfigurationError([problem]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError([Problem(shown, "is not UTF-8", "save the file as UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([Problem(shown, f"is not TOML: {error}", "correct the syntax")]) from error
    table: tuple[str, ...] = ()
    values: object = document
    if path.name != "whose.toml" or "tool" in document:
        tool = document.get("tool")
        values = tool.get("whose") if isinstance(tool, dict) else None
        table = ("tool", "whose")
        if values is None:
            return None
    if not isinstance(values, dict):
        raise ConfigurationError([Problem(shown, "tool.whose is not a table", "write [tool.whose]")])
    return Place(shown, values, lines_of_toml(text), table, file=path.resolve())


def read_config(places: Sequence[Place], *, known_sinks: Collection[str]) -> Config:
    """Return the Config made of several places, the first of which wins, key by key.

    Raises:
        ConfigurationError: with every mistake found in any of the places.

    """
    return _Reader(places, known_sinks).read()


class _Reader:
    """Checks values one key at a time and gathers the mistakes."""

    def __init__(self, places: Sequence[Place], known_sinks: Collection[str]) -> None:
        self.places = places
        self.known_sinks = known_sinks
        self.problems: list[Problem] = []
        self.teams: dict[TeamName, Team] = {}
        self.default: Rule | None = None
        self.catch_all: Rule | None = None

    def read(self) -> Config:
        readers: dict[str, Callable[[Place, object], object]] = {
            "teams": self._teams,
            "themes": self._themes,
            "mappings": self._mappings,
            "default_owner": self._default_owner,
            "sinks": self._sinks,
            "optional_module_prefixes": self._strings("optional_module_prefixes"),
            "keys": self._keys,
            "transparent": self._transparent,
            "packages": self._packages,
            "costs": self._costs,
            "baggage_from": self._strings("baggage_from"),
            "baggage_to": self._strings("baggage_to"),
        }
        for place in self.places:
            for key in place.values:
                if key not in readers:
                    self._unknown(place, (key,), "key", key, readers)
        values: dict[str, object] = {}
        for key, reader in readers.items():
            deciding = next((place for place in self.places if key in place.values), None)
            if deciding is not None:
                made = reader(deciding, deciding.values[key])
                if made is not None:
                    values[key] = made
        default = self.default or self.catch_all
        if self.catch_all is not None and default is not None and default.team != self.catch_all.team:
            self._problem(
                default.place,
                f"default_owner is {default.team!r}, but the catch-all {CATCH_ALL!r} at {self.catch_all.place} "
                f"belongs to {self.catch_all.team!r}",
                "keep one of the two",
            )
        if self.problems:
            raise ConfigurationError(self.problems)
        return Config(
            default=default,
            teams=MappingProxyType(self.teams),
            root=next((place.file.parent for place in self.places if place.file), None),
            places=tuple(place.name for place in self.places),
            **values,  # type: ignore[arg-type]
        )

    def _problem(self, place: str, message: str, mend: str) -> None:
        self.problems.append(Problem(place, message, mend))

    def _unknown(self, place: Place, path: tuple[str | int, ...], kind: str, word: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(word, known, n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(known))}"
        self._problem(place.place_of(*path), f"unknown {kind} {word!r}", mend)

    def _table(self, place: Place, value: object, *path: str | int) -> Mapping[str, object]:
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        shape = type(value).__name__
        self._problem(place.place_of(*path), f"{path[-1]!r} is a {shape}", "a table with names as keys belongs here")
        return {}

    def _list(self, place: Place, value: object, *path: str | int) -> list[str]:
        """Return the strings of a list that are none the worse, after complaining about the others."""
        if isinstance(value, str):
            self._problem(place.place_of(*path), f"{path[-1]!r} is a string", f"write a list: [{value!r}]")
            return []
        if not isinstance(value, list | tuple | set | frozenset):
            shape = type(value).__name__
            self._problem(place.place_of(*path), f"{path[-1]!r} is a {shape}", "write a list of strings")
            return []
        strings = []
        for number, item in enumerate(value):
            if isinstance(item, str) and item:
                strings.append(item)
            else:
                self._problem(place.place_of(*path, number), f"{item!r} is not a name", "write a string")
        return strings

    def _strings(self, key: str) -> Callable[[Place, object], object]:
        return lambda place, value: tuple(self._list(place, value, key))

    def _string(self, place: Place, value: object, *path: str | int) -> str | None:
        if isinstance(value, str) and value:
            return value
        self._problem(place.place_of(*path), f"{path[-1]!r} is {value!r}", "write a string that is not empty")
        return None

    def _string_table(self, place: Place, value: object, *path: str | int) -> dict[str, str]:
        entries = self._table(place, value, *path)
        return {key: text for key, item in entries.items() if (text := self._string(place, item, *path, key))}

    def _team(self, name: str) -> TeamName:
        team = TeamName(name)
        self.teams.setdefault(team, Team(team))
        return team

    def _teams(self, place: Place, value: object) -> None:
        fields = {"levels", "contacts", "handles"}
        for name, details in self._table(place, value, "teams").items():
            entries = self._table(place, details, "teams", name)
            for key in entries:
                if key not in fields:
                    self._unknown(place, ("teams", name, key), "key of a team", key, fields)
            team = TeamName(name)
            self.teams[team] = Team(
                team,
                levels=self._string_table(place, entries.get("levels", {}), "teams", name, "levels"),
                contacts=self._string_table(place, entries.get("contacts", {}), "teams", name, "contacts"),
                handles=tuple(self._list(place, entries.get("handles", []), "teams", name, "handles")),
            )

    def _themes(self, place: Place, value: object) -> None:
        """Give teams the levels that edx-django-utils 8.1 derives from CODE_OWNER_THEMES (code_owner/utils.py)."""
        for theme, owners in self._table(place, value, "themes").items():
            for number, name in enumerate(self._list(place, owners, "themes", theme)):
                squad = name.removeprefix(f"{theme}-")
                if squad == name or not squad:
                    where = place.place_of("themes", theme, number)
                    self._problem(
                        where,
                        f"code owner {name!r} is not named after theme {theme!r}",
                        f"name it {theme}-{name}, or list it under its own theme",
                    )
                    continue
                team = TeamName(name)
                known = self.teams.get(team)
                if known is None or not known.levels:
                    levels = {"theme": theme, "squad": squad}
                    self.teams[team] = Team(team, levels=levels, contacts=known.contacts if known else {})

    def _mappings(self, place: Place, value: object) -> tuple[Rule, ...]:
        claimed: dict[str, Rule] = {}
        for name, prefixes in self._table(place, value, "mappings").items():
            team = self._team(name)
            for number, prefix in enumerate(self._list(place, prefixes, "mappings", name)):
                path = ("mappings", name, number)
                mend = _mend_of_prefix(prefix)
                if mend:
                    self._problem(place.place_of(*path), f"{prefix!r} is no dotted module prefix", mend)
                    continue
                source = DEFAULT if prefix == CATCH_ALL else MAPPING
                rule = place.rule(source, prefix, team, *path)
                first = claimed.setdefault(prefix, rule)
                if first is rule:
                    continue
                if first.team == team:
                    message = f"{prefix!r} is listed twice for {team!r}, first at {first.place}"
                    self._problem(place.place_of(*path), message, "delete one of the two")
                else:
                    message = f"{prefix!r} is claimed by {team!r}, but {first.team!r} has it at {first.place}"
                    self._problem(place.place_of(*path), message, "leave it to one team")
        self.catch_all = claimed.pop(CATCH_ALL, None)
        return tuple(claimed.values())

    def _default_owner(self, place: Place, value: object) -> None:
        name = self._string(place, value, "default_owner")
        self.default = place.rule(DEFAULT, CATCH_ALL, self._team(name), "default_owner") if name else None

    def _sinks(self, place: Place, value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            self._problem(place.place_of("sinks"), f"'sinks' is a {type(value).__name__}", "write a list of names")
            return ()
        for number, sink in enumerate(value):
            if isinstance(sink, str):
                if sink not in self.known_sinks:
                    self._unknown(place, ("sinks", number), "sink", sink, self.known_sinks)
            elif not callable(getattr(sink, "record", None)):
                where = place.place_of("sinks", number)
                self._problem(where, f"{sink!r} is no sink", "give a name, or an object with record(attribution)")
        return tuple(value)

    def _keys(self, place: Place, value: object) -> Mapping[str, Mapping[str, str]]:
        renamed: dict[str, dict[str, str]] = {"": {}}
        for key, item in self._table(place, value, "keys").items():
            if isinstance(item, Mapping):
                if key not in self.known_sinks:
                    self._unknown(place, ("keys", key), "sink", key, self.known_sinks)
                renamed[key] = self._string_table(place, item, "keys", key)
            elif text := self._string(place, item, "keys", key):
                renamed[""][key] = text
        for sink, names in renamed.items():
            for key in names:
                if key != CODE_OWNER and not key.startswith(f"{CODE_OWNER}_"):
                    path = ("keys", sink, key) if sink else ("keys", key)
                    self._problem(
                        place.place_of(*path), f"{key!r} is not emitted", "keys are code_owner and code_owner_*"
                    )
        return MappingProxyType(renamed)

    def _transparent(self, place: Place, value: object) -> tuple[Rule, ...]:
        source = SourceName("transparent")
        patterns = self._list(place, value, "transparent")
        return tuple(place.rule(source, text, None, "transparent", number) for number, text in enumerate(patterns))

    def _packages(self, place: Place, value: object) -> tuple[Rule, ...]:
        source = SourceName("packages")
        owners = self._string_table(place, value, "packages")
        return tuple(place.rule(source, name, self._team(team), "packages", name) for name, team in owners.items())

    def _costs(self, place: Place, value: object) -> tuple[str, ...]:
        parts = self._list(place, value, "costs")
        for number, part in enumerate(parts):
            if part not in COST_PARTS:
                self._unknown(place, ("costs", number), "cost", part, COST_PARTS)
        return tuple(parts)


def _mend_of_prefix(prefix: str) -> str | None:
    """Return how to mend a string that cannot be a dotted module prefix, or None where it can."""
    if prefix == CATCH_ALL:
        return None
    if "/" in prefix or prefix.endswith(".py"):
        dotted = prefix.removesuffix(".py").strip("/").replace("/", ".")
        return f"write the module, not the path: {dotted!r}"
    if "*" in prefix:
        return f"write {prefix.replace('.*', '').strip('*.')!r}: a prefix covers everything below it"
    if prefix != prefix.strip(" .\t\n") or ".." in prefix:
        return f"write {'.'.join(part for part in prefix.strip().split('.') if part)!r}"
    return None
