"""The OwnershipIndex: the layers of all sources in their order, asked until one speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from whose.index.layers import DeclaredLayer, Layer, Subject
from whose.model import Ownership, Rule, SourceName, Team, TeamName

#: Reasons for having no owner although rules speak: files that could both be meant have different owners; nobody
#: claims the handle that a rule names.
AMBIGUOUS_PATH = "ambiguous_path"
UNCLAIMED_HANDLE = "unclaimed_handle"


@dataclass(frozen=True, slots=True)
class OwnershipIndex:
    """Answers who owns a subject: the first layer that claims it, else the default; shared freely between threads."""

    layers: tuple[Layer, ...] = (DeclaredLayer(),)
    default: Rule | None = None
    teams: Mapping[TeamName, Team] = field(default_factory=dict, hash=False)
    #: Shared code that never owns what passes through it.
    transparent: Layer | None = None
    #: The sources whose rules name no owner unless a known team claims the name that they give.
    strict_sources: frozenset[SourceName] = frozenset()
    #: Whether any layer judges by the name of the task or the route.
    needs_names: bool = False

    def is_transparent(self, subject: Subject) -> bool:
        """Tell whether a subject is shared code, to be passed over."""
        return self.transparent is not None and self.transparent.find(subject) is not None

    def owner_of(self, subject: Subject, *, with_default: bool = True) -> Ownership:
        """Return the Ownership of a subject; without the default, code that no rule names has no owner."""
        if subject.other_paths:
            return self._owner_of_several(subject, with_default=with_default)
        reason = None
        for layer in self.layers:
            rule = layer.find(subject)
            if rule is None:
                continue
            if not self._is_unclaimed(rule):
                return self.ownership(rule, subject)
            reason = UNCLAIMED_HANDLE
        rule = self.default if with_default else None
        team = self.team(rule.team) if rule is not None else None
        return Ownership(team, subject.module, rule, reason=reason, path=subject.path)

    def _owner_of_several(self, subject: Subject, *, with_default: bool) -> Ownership:
        """Return the owner that all the files have that could be meant, or no owner."""
        candidates = (subject.path, *subject.other_paths)
        found = [
            self.owner_of(replace(subject, path=path, other_paths=()), with_default=with_default) for path in candidates
        ]
        if len({(ownership.team, ownership.source) for ownership in found}) == 1:
            return replace(found[0], path=None)
        return Ownership(team=None, module=subject.module, reason=AMBIGUOUS_PATH)

    def _is_unclaimed(self, rule: Rule) -> bool:
        return rule.source in self.strict_sources and rule.team is not None and rule.team not in self.teams

    def ownership(self, rule: Rule, subject: Subject) -> Ownership:
        """Return the Ownership that a rule gives to a subject."""
        return Ownership(team=self.team(rule.team), module=subject.module, rule=rule, path=subject.path)

    def team(self, name: TeamName | None) -> Team | None:
        """Return the team of a name, made on the spot for a name that only code declares."""
        if name is None:
            return None
        return self.teams.get(name) or Team(name)

    def explain(self, subject: Subject) -> tuple[tuple[SourceName, Rule], ...]:
        """Return what every source says of a subject, in order of precedence.

        The first one won, unless it names a handle that nobody claims.
        """
        spoken = [(layer.source, rule) for layer in self.layers if (rule := layer.find(subject)) is not None]
        if self.default is not None:
            spoken.append((self.default.source, self.default))
        return tuple(spoken)

    def rules(self) -> Iterator[Rule]:
        """Return every rule, source by source, in order of precedence; but not what code declares of itself."""
        for layer in self.layers:
            yield from layer.rules()
        if self.default is not None:
            yield self.default
