"""Makes the Config out of several places, key by key, the first place that has a key deciding it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from whose.config.checking import Checker
from whose.config.emission import read_costs, read_keys, read_parts, read_sinks
from whose.config.files import read_files, read_nearby, read_roots, repository_of
from whose.config.linting import read_lint
from whose.config.mappings import CATCH_ALL, DEFAULT, Prefixes
from whose.config.patterns import read_owners, read_packages, read_patterns
from whose.config.places import Place
from whose.config.settings import ORDER, Config
from whose.config.teams import Teams, read_team, themed
from whose.errors import ConfigurationError, Problem
from whose.model import Rule, SourceName, TeamName

_DIALECTS = ("github", "gitlab")
_UNCLAIMED = ("report", "team")


#: Returns the mistakes in the files that a Config names.
Inspection = Callable[[Config], Iterable[Problem]]


def read_config(
    places: Sequence[Place],
    *,
    known_sinks: Collection[str],
    beside: Path | None = None,
    inspection: Inspection | None = None,
) -> Config:
    """Return the Config made of several places, the first of which wins, key by key.

    ``beside`` is the folder that counts as the configuration's own where no file is among the places; else it is the
    working directory. Where there are mistakes, ``inspection`` adds those in the files that are named, so that users
    learn of all at once.

    Raises:
        ConfigurationError: with every mistake found in any of the places.

    """
    reader = _Reader(places, known_sinks, beside or Path.cwd())
    config = reader.read()
    problems = reader.checker.problems
    if problems:
        elsewhere = inspection(config) if inspection is not None and config.root and config.root.is_dir() else ()
        raise ConfigurationError(dict.fromkeys((*problems, *elsewhere)))
    return config


class _Reader:
    """Reads one key at a time into the fields of a Config."""

    def __init__(self, places: Sequence[Place], known_sinks: Collection[str], beside: Path) -> None:
        self.places = places
        self.known_sinks = known_sinks
        self.checker = Checker()
        self.prefixes = Prefixes(self.checker)
        self.teams = Teams()
        #: Where files are looked for that are named in Python, and what ``repository`` starts from.
        self.beside = next((place.file.parent for place in places if place.file), beside)

    def read(self) -> Config:
        """Return what could be made of the places; the checker has the mistakes."""
        checker, beside = self.checker, self.beside
        readers: dict[str, Callable[[Place, object], dict[str, object]]] = {
            "repository": lambda place, value: {"root": repository_of(checker, place, value, beside=beside)},
            "teams": self._teams,
            "themes": self._themes,
            "mappings": self._mappings,
            "default_owner": self._default_owner,
            "sinks": lambda place, value: {"sinks": read_sinks(checker, place, value, self.known_sinks)},
            "optional_module_prefixes": self._strings("optional_module_prefixes"),
            "keys": lambda place, value: {"keys": read_keys(checker, place, value, self.known_sinks)},
            "transparent": lambda place, value: {"transparent": read_patterns(checker, place, value, "transparent")},
            "unowned": lambda place, value: {"unowned": read_patterns(checker, place, value, "unowned")},
            "packages": lambda place, value: {"packages": read_packages(checker, place, value)},
            "urls": lambda place, value: {"urls": read_owners(checker, place, value, "urls")},
            "tasks": lambda place, value: {"tasks": read_owners(checker, place, value, "tasks")},
            "codeowners": self._codeowners,
            "codeowners_dialect": self._choice("codeowners_dialect", _DIALECTS),
            "codeowners_sections": self._strings("codeowners_sections"),
            "mapping_files": self._files("mapping_files"),
            "teams_files": self._files("teams_files"),
            "backstage": self._files("backstage"),
            "nearby": lambda place, value: {"nearby": read_nearby(checker, place, value)},
            "team_comments": self._switch("team_comments"),
            "unclaimed_handles": self._choice("unclaimed_handles", _UNCLAIMED),
            "order": self._order,
            "roots": lambda place, value: {"roots": read_roots(checker, place, value)},
            "costs": lambda place, value: {"costs": read_costs(checker, place, value)},
            "parts": lambda place, value: {"parts": read_parts(checker, place, value)},
            "guard": self._switch("guard"),
            "baggage_from": self._networks,
            "baggage_to": self._strings("baggage_to"),
            "lint": lambda place, value: {"lint": read_lint(checker, place, value, beside=beside)},
        }
        for place in self.places:
            for key in place.values:
                if key not in readers:
                    checker.unknown(place.place_of(key), "key", key, readers)
        values: dict[str, object] = {}
        for key, reader in readers.items():
            deciding = next((place for place in self.places if key in place.values), None)
            if deciding is not None:
                values |= reader(deciding, deciding.values[key])
        default = self._decided_default(values.pop("default", None))
        values.setdefault("root", repository_of(checker, None, None, beside=beside))
        return Config(
            mappings=self.prefixes.rules,
            default=default,
            teams=MappingProxyType(self.teams.by_name),
            team_places=MappingProxyType(self.teams.places),
            places=tuple(place.name for place in self.places),
            **values,  # type: ignore[arg-type]
        )

    def _strings(self, key: str) -> Callable[[Place, object], dict[str, object]]:
        return lambda place, value: {key: tuple(self.checker.strings(place, value, key))}

    def _files(self, key: str) -> Callable[[Place, object], dict[str, object]]:
        return lambda place, value: {key: read_files(self.checker, place, value, key, beside=self.beside)}

    def _choice(self, key: str, known: tuple[str, ...]) -> Callable[[Place, object], dict[str, object]]:
        return lambda place, value: {key: self.checker.choice(place, value, known, key)}

    def _switch(self, key: str) -> Callable[[Place, object], dict[str, object]]:
        return lambda place, value: {key: self.checker.switch(place, value, key)}

    def _networks(self, place: Place, value: object) -> dict[str, object]:
        import ipaddress

        senders = self.checker.strings(place, value, "baggage_from")
        for number, sender in enumerate(senders):
            try:
                ipaddress.ip_network(sender, strict=False)
            except ValueError:
                where = place.place_of("baggage_from", number)
                self.checker.problem(where, f"{sender!r} is no address or network", 'write one like "10.0.0.0/8"')
        return {"baggage_from": tuple(senders)}

    def _teams(self, place: Place, value: object) -> dict[str, object]:
        for name, details in self.checker.table(place, value, "teams").items():
            team = read_team(self.checker, place, name, details, "teams", name)
            self.teams.add(team, place.place_of("teams", name))
        return {}

    def _themes(self, place: Place, value: object) -> dict[str, object]:
        for team, where in themed(self.checker, place, value, "themes").values():
            self.teams.add(team, where)
        return {}

    def _mappings(self, place: Place, value: object) -> dict[str, object]:
        self.prefixes.read(place, value, "mappings")
        return {}

    def _default_owner(self, place: Place, value: object) -> dict[str, object]:
        name = self.checker.string(place, value, "default_owner")
        return {"default": place.rule(DEFAULT, CATCH_ALL, TeamName(name), "default_owner")} if name else {}

    def _decided_default(self, default: object) -> Rule | None:
        catch_all = self.prefixes.catch_all
        if not isinstance(default, Rule):
            return catch_all
        if catch_all is not None and default.team != catch_all.team:
            self.checker.problem(
                default.place,
                f"default_owner is {default.team!r}, but the catch-all {CATCH_ALL!r} at {catch_all.place} "
                f"belongs to {catch_all.team!r}",
                "keep one of the two",
            )
        return default

    def _codeowners(self, place: Place, value: object) -> dict[str, object]:
        if isinstance(value, bool):
            found = read_files(self.checker, place, ".", "codeowners", beside=self.beside)
            return {"find_codeowners": found[0]} if value else {}
        return self._files("codeowners")(place, value)

    def _order(self, place: Place, value: object) -> dict[str, object]:
        named = self.checker.strings(place, value, "order")
        for number, name in enumerate(named):
            where = place.place_of("order", number)
            if name not in ORDER:
                self.checker.unknown(where, "source", name, ORDER)
            elif name in named[:number]:
                self.checker.problem(where, f"{name!r} is listed twice", "delete one of the two")
        return {"order": (*map(SourceName, named), *(source for source in ORDER if source not in named))}
