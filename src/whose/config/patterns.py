"""Reads the rules that the configuration itself holds besides mappings: packages, URLs, tasks, unowned, transparent."""

from __future__ import annotations

import re

from whose.config.checking import Checker
from whose.config.mappings import mend_of_prefix
from whose.config.places import Place
from whose.config.settings import is_path_pattern
from whose.model import Rule, SourceName, TeamName


def read_owners(checker: Checker, place: Place, value: object, key: str) -> tuple[Rule, ...]:
    """Return the rules of a table of pattern to team: ``packages``, ``urls`` or ``tasks``."""
    owners = checker.string_table(place, value, key)
    source = SourceName(key)
    return tuple(place.rule(source, pattern, TeamName(team), key, pattern) for pattern, team in owners.items())


def read_packages(checker: Checker, place: Place, value: object) -> tuple[Rule, ...]:
    """Return the rules of distributions, each named once however it is spelt."""
    rules = read_owners(checker, place, value, "packages")
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(normal_name(rule.pattern), rule)
        if other is not rule:
            message = f"{rule.pattern!r} is the distribution {other.pattern!r} of {other.place}"
            checker.problem(rule.place, message, "delete one of the two")
    return rules


def normal_name(distribution: str) -> str:
    """Return the name under which a distribution is the same however it is spelt.

    As the Python packaging specification says (Name normalization):

    >>> normal_name("Django_OAuth.Toolkit")
    'django-oauth-toolkit'
    """
    return re.sub(r"[-_.]+", "-", distribution).lower()


def read_patterns(checker: Checker, place: Place, value: object, key: str) -> tuple[Rule, ...]:
    """Return the rules of a list of dotted prefixes and path patterns: ``transparent`` or ``unowned``."""
    source = SourceName(key)
    rules = []
    for number, text in enumerate(checker.strings(place, value, key)):
        dotted = "/" not in text and "." in text.strip("*.") and not text.endswith(".py") and text.endswith(".*")
        mend = mend_of_prefix(text) if dotted or not is_path_pattern(text) else None
        if mend:
            checker.problem(place.place_of(key, number), f"{text!r} is neither a dotted prefix nor a path", mend)
        else:
            rules.append(place.rule(source, text, None, key, number))
    return tuple(rules)
