"""All rules compiled into one immutable OwnershipIndex, the only place that knows what patterns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from whose.config import MAPPING, Config
from whose.index.layers import DeclaredLayer, Layer, PrefixLayer, Subject
from whose.model import Ownership, Rule, SourceName, Team, TeamName
from whose.sources.mapping import prefix_table

__all__ = ["DeclaredLayer", "Layer", "OwnershipIndex", "PrefixLayer", "Subject", "compile_index"]


@dataclass(frozen=True, slots=True)
class OwnershipIndex:
    """Answers who owns a subject: the first layer that claims it, else the default; shared freely between threads."""

    layers: tuple[Layer, ...] = (DeclaredLayer(),)
    default: Rule | None = None
    teams: Mapping[TeamName, Team] = field(default_factory=dict, hash=False)
    #: Shared code that never owns what passes through it.
    transparent: Layer | None = None

    def is_transparent(self, subject: Subject) -> bool:
        """Tell whether a subject is shared code, to be passed over."""
        return self.transparent is not None and self.transparent.find(subject) is not None

    def owner_of(self, subject: Subject, *, with_default: bool = True) -> Ownership:
        """Return the Ownership of a subject; without the default, code that no rule names has no owner."""
        for layer in self.layers:
            rule = layer.find(subject)
            if rule is not None:
                return self.ownership(rule, subject)
        if self.default is not None and with_default:
            return self.ownership(self.default, subject)
        return Ownership(team=None, module=subject.module, path=subject.path)

    def ownership(self, rule: Rule, subject: Subject) -> Ownership:
        """Return the Ownership that a rule gives to a subject."""
        return Ownership(team=self.team(rule.team), module=subject.module, rule=rule, path=subject.path)

    def team(self, name: TeamName | None) -> Team | None:
        """Return the team of a name, made on the spot for a name that only code declares."""
        if name is None:
            return None
        return self.teams.get(name) or Team(name)

    def explain(self, subject: Subject) -> tuple[tuple[SourceName, Rule], ...]:
        """Return what every source says of a subject, in order of precedence; the first one won."""
        spoken = [(layer.source, rule) for layer in self.layers if (rule := layer.find(subject)) is not None]
        if self.default is not None:
            spoken.append((self.default.source, self.default))
        return tuple(spoken)


def compile_index(config: Config) -> OwnershipIndex:
    """Return the index of all rules of a configuration."""
    table = prefix_table(config.mappings, optional_module_prefixes=config.optional_module_prefixes)
    layers: tuple[Layer, ...] = (DeclaredLayer(), PrefixLayer(MAPPING, table))
    transparent = (
        PrefixLayer(SourceName("transparent"), prefix_table(config.transparent)) if config.transparent else None
    )
    return OwnershipIndex(layers, default=config.default, teams=dict(config.teams), transparent=transparent)
