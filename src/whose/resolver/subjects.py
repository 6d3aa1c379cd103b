"""Makes what an index is asked about a module: where its code lies, what it declares, what stands next to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from whose.config import Config
from whose.errors import Problem
from whose.index import Subject
from whose.model import Rule
from whose.sources.declared_by_module import declared_by_module, declared_by_modules
from whose.sources.roster import Roster

if TYPE_CHECKING:
    from whose.resolver.locations import Location, Locations
    from whose.resolver.nearest_file import NearestFile
    from whose.resolver.source_texts import SourceTexts


class Subjects:
    """Knows a module by what it declares while it is loaded; enough where no source judges by files."""

    def of_module(self, name: str) -> Subject:
        """Return the subject of a dotted name: a module, or something inside one."""
        return Subject(module=name, declared=declared_by_modules(name))


class LocatedSubjects(Subjects):
    """Looks for the file of a module, and around it; that costs I/O, so who asks must keep the answers."""

    def __init__(self, locations: Locations, texts: SourceTexts, nearest_file: NearestFile | None = None) -> None:
        self._locations = locations
        self._texts = texts
        self._nearest_file = nearest_file

    def of_module(self, name: str) -> Subject:
        location = self._locations.of_module(name)
        paths = location.paths
        return Subject(
            module=name,
            declared=self._declared(name, location),
            nearby=self._nearby(location),
            path=paths[0] if paths else None,
            other_paths=paths[1:],
        )

    def _declared(self, name: str, location: Location) -> Rule | None:
        """Return what a module declares, else what its file does, else what the packages around it do."""
        module = sys.modules.get(name)
        rule = declared_by_module(module) if module is not None else None
        if rule is None and location.file is not None:
            rule = self._texts.rule_of(location.file, name) if module is None else self._texts.comment_of(location.file)
        return rule or declared_by_modules(name.rpartition(".")[0])

    def _nearby(self, location: Location) -> Rule | None:
        if self._nearest_file is None or location.file is None or location.top is None:
            return None
        return self._nearest_file.rule_of(location.file, top=location.top)


def subjects_of(config: Config, roster: Roster, *, report: Callable[[Problem], None]) -> Subjects:
    """Return what a configuration needs: nothing is looked at, nor imported, that no source asks for.

    ``report`` is told what is wrong with the ownership files next to the code, as they are found.
    """
    if not (config.needs_paths or config.nearby or config.team_comments):
        return Subjects()
    from whose.resolver.locations import Locations
    from whose.resolver.source_texts import SourceTexts

    nearest_file = None
    if config.nearby:
        from whose.resolver.nearest_file import NearestFile

        nearest_file = NearestFile(config.nearby, roster, report=report)
    texts = SourceTexts(team_comments=config.team_comments)
    return LocatedSubjects(Locations(config.root, config.roots), texts, nearest_file)
