"""Reads owners.yaml as PostHog's owners-yaml package defines it: owners, status, inherit, and rules for paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whose.config import Checker, Place
from whose.errors import Problem
from whose.model import UNOWNED, Rule
from whose.sources.documents import Document
from whose.sources.nearby import ALIAS_FILES, NEARBY_SOURCE, NearbyFile, Override
from whose.sources.roster import Roster

STATUSES = ("active", "deprecated", "generated", "vendored")
_ROOT_KEYS = ("teams", "github_org", "producers", "reserved_dirs", "codeowners", "alias_files")
_KEYS = ("version", "owners", "status", "inherit", "rules", "additions", *_ROOT_KEYS)
_RULE_KEYS = ("match", "owners", "status", "inherit", "additions")
#: What the package's scaffolding writes where a team is still to be named; it owns nothing.
_PLACEHOLDER = "team-CHANGEME"


def read_owners_yaml(documents: Sequence[Document], file: str, roster: Roster) -> NearbyFile:
    """Return what an ``owners.yaml`` says (https://github.com/PostHog/posthog, packages/owners-yaml/SPEC.md, 3 and 4).

    An alias file (``product.yaml`` unless the root file tells otherwise) is one of which only a list of ``owners``
    counts. A file without ``version: 1`` or ``owners`` counts as absent.
    """
    checker = Checker()
    values = documents[0].values if len(documents) == 1 else None
    place = Place(file, values if isinstance(values, Mapping) else {}, documents[0].lines if documents else {})
    reader = _Reader(place, file, roster, checker)
    found = reader.whole() if file.rpartition("/")[2] == "owners.yaml" else reader.alias()
    problems = (*(Problem(p.place, p.message, p.mend, kind="malformed_file") for p in checker.problems),)
    return NearbyFile(
        found.rule,
        found.inherits,
        found.overrides,
        alias_files=found.alias_files,
        is_valid=found.is_valid,
        problems=(*problems, *reader.unclaimed),
    )


class _Reader:
    def __init__(self, place: Place, file: str, roster: Roster, checker: Checker) -> None:
        self.place = place
        self.values = place.values
        self.file = file
        self.roster = roster
        self.checker = checker
        self.unclaimed: list[Problem] = []

    def alias(self) -> NearbyFile:
        owners = self.values.get("owners")
        if not isinstance(owners, list) or not all(isinstance(owner, str) and owner for owner in owners):
            return NearbyFile(is_valid=False)
        return NearbyFile(self._rule(owners, "owners"))

    def whole(self) -> NearbyFile:
        self._known(self.values, _KEYS)
        version = self.values.get("version")
        if type(version) is not int or version != 1 or "owners" not in self.values:
            missing = "'owners'" if type(version) is int and version == 1 else "'version: 1'"
            self._problem(f"has no {missing}, and so does not count", f"add {missing}")
            return NearbyFile(is_valid=False)
        inherits = self._switch(self.values, "inherit")
        self._status(self.values)
        return NearbyFile(
            self._owner(self.values, "owners"),
            inherits is not False,
            tuple(self._overrides()),
            alias_files=self._alias_files(),
        )

    def _problem(self, message: str, mend: str, *path: str | int) -> None:
        line = self.place.line_of(*path)
        self.checker.problem(f"{self.file}:{line}" if line else self.file, message, mend)

    def _known(self, values: Mapping[str, object], known: Sequence[str], *path: str | int) -> None:
        for key in values:
            if key not in known:
                line = self.place.line_of(*path, str(key))
                self.checker.unknown(f"{self.file}:{line}" if line else self.file, "key", str(key), known)

    def _switch(self, values: Mapping[str, object], key: str, *path: str | int) -> bool | None:
        value = values.get(key)
        if key in values and not isinstance(value, bool):
            self._problem(f"{key!r} is {value!r}", "write true or false", *path, key)
        return value if isinstance(value, bool) else None

    def _status(self, values: Mapping[str, object], *path: str | int) -> None:
        status = values.get("status", "active")
        if status not in STATUSES:
            self._problem(f"'status' is {status!r}", f"write one of {', '.join(STATUSES)}", *path, "status")

    def _owner(self, values: Mapping[str, object], *path: str | int) -> Rule | None:
        """Return the rule of ``owners``; null is unowned on purpose, and an empty list says nothing."""
        owners = values["owners"]
        if owners is None:
            return Rule(NEARBY_SOURCE, str(UNOWNED), None, file=self.file, line=self.place.line_of(*path))
        names = [owners] if isinstance(owners, str) else owners
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            self._problem(f"'owners' is {owners!r}", "write a team, a list of teams, or null", *path)
            return None
        return self._rule(names, *path)

    def _rule(self, names: Sequence[str], *path: str | int) -> Rule | None:
        owner = self.roster.first_owner(name for name in names if name != _PLACEHOLDER)
        if owner is None:
            return None
        line = self.place.line_of(*path)
        name = next(name for name in names if self.roster.owner_of(name) == owner)
        problem = self.roster.problem_of(name, f"{self.file}:{line}" if line else self.file)
        if problem is not None:
            self.unclaimed.append(problem)
        return Rule(NEARBY_SOURCE, self.file.rpartition("/")[2], owner.team, file=self.file, line=line)

    def _overrides(self) -> list[Override]:
        rules = self.values.get("rules", [])
        if not isinstance(rules, list):
            self._problem("'rules' is no list", "write a list of rules", "rules")
            return []
        found = []
        for number, rule in enumerate(rules):
            if not isinstance(rule, Mapping):
                self._problem(f"{rule!r} is no rule", "write match and owners", "rules", number)
                continue
            self._known(rule, _RULE_KEYS, "rules", number)
            self._status(rule, "rules", number)
            patterns = rule.get("match")
            patterns = [patterns] if isinstance(patterns, str) else patterns
            if not isinstance(patterns, list) or not all(map(_is_pattern, patterns)) or not patterns:
                self._problem(f"'match' is {rule.get('match')!r}", "write a pattern or a list", "rules", number)
                continue
            owner = self._owner(rule, "rules", number, "owners") if "owners" in rule else None
            inherits = self._switch(rule, "inherit", "rules", number)
            decides = "owners" in rule and (owner is not None or _is_list_of_names(rule["owners"]))
            found += [Override(pattern, decides, owner, inherits) for pattern in patterns]
        return found

    def _alias_files(self) -> tuple[str, ...]:
        if "alias_files" not in self.values:
            return ALIAS_FILES
        names = self.values["alias_files"]
        if not isinstance(names, list) or not all(isinstance(name, str) and "/" not in name for name in names):
            self._problem(f"'alias_files' is {names!r}", "write a list of file names", "alias_files")
            return ()
        return tuple(dict.fromkeys(names))


def _is_pattern(pattern: object) -> bool:
    return isinstance(pattern, str) and bool(pattern) and "***" not in pattern


def _is_list_of_names(owners: object) -> bool:
    """Tell whether owners are well-formed, though nobody may be among them."""
    return isinstance(owners, str | list)
