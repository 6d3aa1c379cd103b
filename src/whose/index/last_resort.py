"""The layers that judge work by what it is called: URL prefixes and task name globs, for what no code tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

from whose.index.layers import Subject
from whose.model import Rule, SourceName

URLS = SourceName("urls")
TASKS = SourceName("tasks")


@dataclass(frozen=True, slots=True)
class UrlLayer:
    """Answers by the longest URL prefix, whole segments only, in time that depends on the depth alone."""

    table: Mapping[str, Rule]
    source: SourceName = URLS

    @classmethod
    def compiled(cls, rules: Sequence[Rule]) -> UrlLayer:
        """Return the layer of rules whose patterns are URL prefixes or the beginnings of routes."""
        return cls({_segments(rule.pattern): rule for rule in rules})

    def find(self, subject: Subject) -> Rule | None:
        if subject.url is None:
            return None
        url = _segments(subject.url)
        while True:
            rule = self.table.get(url)
            if rule is not None or not url:
                return rule
            url = url.rpartition("/")[0]

    def rules(self) -> Iterator[Rule]:
        return iter(self.table.values())


def _segments(url: str) -> str:
    """Return a URL's path, or a route as Django and Flask spell it, without what stands around its segments.

    >>> _segments("/cart/"), _segments("^cart/add/$")
    ('cart', 'cart/add')
    """
    return url.strip("^$").strip("/")


@dataclass(frozen=True, slots=True)
class TaskLayer:
    """Answers by the most specific glob that matches the whole task name: the one with the most literal characters."""

    globs: tuple[Rule, ...]
    source: SourceName = TASKS
    #: Each glob as a regular expression, with its rule.
    _compiled: tuple[tuple[re.Pattern[str], Rule], ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def compiled(cls, rules: Sequence[Rule]) -> TaskLayer:
        """Return the layer of rules whose patterns are globs, with ``*``, ``?`` and ``[a-z]``."""
        by_detail = sorted(rules, key=lambda rule: -len(rule.pattern.replace("*", "").replace("?", "")))
        return cls(tuple(rules), _compiled=tuple((re.compile(translate(rule.pattern)), rule) for rule in by_detail))

    def find(self, subject: Subject) -> Rule | None:
        name = subject.task
        if name is None:
            return None
        return next((rule for glob, rule in self._compiled if glob.match(name)), None)

    def rules(self) -> Iterator[Rule]:
        return iter(self.globs)
