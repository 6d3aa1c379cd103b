"""Reads mappings of teams to dotted module prefixes, wherever they stand, and keeps one prefix to one team."""

from __future__ import annotations

from whose.config.checking import Checker
from whose.config.places import Place
from whose.model import Rule, SourceName, TeamName

MAPPING = SourceName("mapping")
DEFAULT = SourceName("default")
CATCH_ALL = "*"


class Prefixes:
    """The prefixes claimed so far; a second claim to one is a mistake."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._claimed: dict[str, Rule] = {}

    @property
    def catch_all(self) -> Rule | None:
        """Return the rule of the prefix ``*``, which is the default owner's."""
        return self._claimed.get(CATCH_ALL)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return every rule but the catch-all, in the order of declaration."""
        return tuple(rule for prefix, rule in self._claimed.items() if prefix != CATCH_ALL)

    def read(self, place: Place, value: object, *path: str | int) -> None:
        """Read a table of team to list of prefixes."""
        for name, prefixes in self._checker.table(place, value, *path).items():
            for number, prefix in enumerate(self._checker.strings(place, prefixes, *path, name)):
                self.claim(place, prefix, TeamName(name), *path, name, number)

    def claim(self, place: Place, prefix: str, team: TeamName, *path: str | int) -> None:
        """Read one prefix of a team."""
        mend = mend_of_prefix(prefix)
        if mend:
            self._checker.problem(place.place_of(*path), f"{prefix!r} is no dotted module prefix", mend)
            return
        self.add(place.rule(DEFAULT if prefix == CATCH_ALL else MAPPING, prefix, team, *path))

    def add(self, rule: Rule) -> None:
        """Take a rule in, unless its prefix is taken."""
        first = self._claimed.setdefault(rule.pattern, rule)
        if first is rule:
            return
        if first.team == rule.team:
            message = f"{rule.pattern!r} is listed twice for {rule.team!r}, first at {first.place}"
            self._checker.problem(rule.place, message, "delete one of the two")
        else:
            message = f"{rule.pattern!r} is claimed by {rule.team!r}, but {first.team!r} has it at {first.place}"
            self._checker.problem(rule.place, message, "leave it to one team")


def mend_of_prefix(prefix: str) -> str | None:
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
