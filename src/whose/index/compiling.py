"""Compiles what all sources declare into an OwnershipIndex, one layer a source, in the order of the sources."""

from __future__ import annotations

from collections.abc import Sequence

from whose.config import MAPPING, Config
from whose.config.settings import is_dotted_prefix, is_path_pattern
from whose.index.last_resort import TASKS, URLS, TaskLayer, UrlLayer
from whose.index.layers import ComponentLayer, DeclaredLayer, FirstOf, Layer, NearbyLayer, PathLayer, PrefixLayer
from whose.index.ownership import OwnershipIndex
from whose.model import UNOWNED, Rule, SourceName
from whose.sources.declarations import Declarations, load_declarations
from whose.sources.mapping import prefix_table

TRANSPARENT = SourceName("transparent")
#: The sources that name their owners by handles.
BY_HANDLE = frozenset(map(SourceName, ("nearby", "codeowners", "backstage")))


def compile_index(config: Config) -> OwnershipIndex:
    """Return the index of all rules of a configuration and of the files that it names.

    Raises:
        ConfigurationError: with every mistake in those files.
        MissingExtraError: one of them is YAML, and PyYAML is not installed.

    """
    return index_of(config, load_declarations(config))


def index_of(config: Config, declared: Declarations) -> OwnershipIndex:
    """Return the index of what was declared."""
    made: dict[SourceName, Layer] = {
        layer.source: layer
        for layer in (
            DeclaredLayer(),
            NearbyLayer(),
            *_unowned(config.unowned),
            PrefixLayer(
                MAPPING, prefix_table(declared.mappings, optional_module_prefixes=config.optional_module_prefixes)
            ),
            UrlLayer.compiled(config.urls),
            TaskLayer.compiled(config.tasks),
        )
    }
    asks_for_nothing = {
        SourceName("nearby"): not config.nearby,
        URLS: not config.urls,
        TASKS: not config.tasks,
    }
    return OwnershipIndex(
        tuple(made[source] for source in config.order if source in made and not asks_for_nothing.get(source)),
        default=declared.default,
        teams=dict(declared.roster.teams),
        transparent=_transparent(config.transparent),
        strict_sources=BY_HANDLE if config.unclaimed_handles == "report" else frozenset(),
        needs_paths=config.needs_paths,
        needs_names=bool(config.urls or config.tasks),
    )


def _unowned(rules: Sequence[Rule]) -> tuple[Layer, ...]:
    """Return the layer of code that is unowned on purpose, if there is any.

    A name such as ``migrations`` stands for every folder or file, and every module, of that name.
    """
    if not rules:
        return ()
    dotted = [rule for rule in rules if is_dotted_prefix(rule.pattern)]
    paths = [rule for rule in rules if not is_dotted_prefix(rule.pattern)]
    names = {rule.pattern: rule for rule in paths if not is_path_pattern(rule.pattern)}
    layers: tuple[Layer, ...] = (
        PrefixLayer(UNOWNED, prefix_table(dotted)),
        path_layer(UNOWNED, paths),
        ComponentLayer(UNOWNED, names),
    )
    return (FirstOf(UNOWNED, layers),)


def _transparent(rules: Sequence[Rule]) -> Layer | None:
    if not rules:
        return None
    paths = [rule for rule in rules if is_path_pattern(rule.pattern)]
    prefixes = [rule for rule in rules if not is_path_pattern(rule.pattern)]
    layers: list[Layer] = [PrefixLayer(TRANSPARENT, prefix_table(prefixes))]
    if paths:
        layers.append(path_layer(TRANSPARENT, paths))
    return FirstOf(TRANSPARENT, tuple(layers))


def path_layer(source: SourceName, rules: Sequence[Rule]) -> PathLayer:
    """Return the layer of rules made of path patterns."""
    # Imported here, since most who install us have no such rules and need not wait for it.
    from whose.index.paths import PathIndex

    return PathLayer(source, PathIndex.compiled(rules))
