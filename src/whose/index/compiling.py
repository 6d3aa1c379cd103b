"""Compiles what all sources declare into an OwnershipIndex, one layer a source, in the order of the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whose.config import MAPPING, Config
from whose.config.settings import is_dotted_prefix, is_path_pattern
from whose.errors import ConfigurationError, MissingExtraError, Problem
from whose.index.layers import ComponentLayer, DeclaredLayer, FirstOf, Layer, NearbyLayer, PathLayer, PrefixLayer
from whose.index.ownership import OwnershipIndex
from whose.model import UNOWNED, Rule, SourceName
from whose.sources.declarations import CodeownersFile, Declarations, load_declarations
from whose.sources.mapping import prefix_table

TRANSPARENT = SourceName("transparent")
CODEOWNERS = SourceName("codeowners")
BACKSTAGE = SourceName("backstage")
PACKAGES = SourceName("packages")
#: The sources that name their owners by handles.
BY_HANDLE = frozenset((SourceName("nearby"), CODEOWNERS, BACKSTAGE))


def compile_index(config: Config) -> OwnershipIndex:
    """Return the index of all rules of a configuration and of the files that it names.

    Raises:
        ConfigurationError: with every mistake in those files.
        MissingExtraError: one of them is YAML, and PyYAML is not installed.

    """
    return index_of(config, load_declarations(config))


def mistakes_in_files(config: Config) -> tuple[Problem, ...]:
    """Return the mistakes in the files that a configuration names, though it may itself be mistaken."""
    try:
        compile_index(config)
    except ConfigurationError as error:
        return error.problems
    except MissingExtraError:
        return ()
    return ()


def index_of(config: Config, declared: Declarations) -> OwnershipIndex:
    """Return the index of what was declared."""
    layers = sorted(_layers(config, declared), key=lambda layer: config.order.index(layer.source))
    return OwnershipIndex(
        tuple(layers),
        default=declared.default,
        teams=dict(declared.teams),
        transparent=_transparent(config.transparent),
        strict_sources=BY_HANDLE if config.unclaimed_handles == "report" else frozenset(),
        needs_names=bool(config.urls or config.tasks),
    )


def _layers(config: Config, declared: Declarations) -> Iterator[Layer]:
    """Yield the layer of every source that says anything."""
    yield DeclaredLayer()
    yield PrefixLayer(
        MAPPING, prefix_table(declared.mappings, optional_module_prefixes=config.optional_module_prefixes)
    )
    if config.nearby:
        yield NearbyLayer()
    if config.unowned:
        yield _unowned(config.unowned)
    if declared.codeowners:
        yield _codeowners(declared.codeowners, config.codeowners_sections)
    if declared.components:
        yield path_layer(BACKSTAGE, declared.components)
    if declared.packages:
        yield PrefixLayer(PACKAGES, declared.package_prefixes)
    if config.urls or config.tasks:
        # Imported here as all that few of those who install us need, and should not wait for.
        from whose.index.last_resort import TaskLayer, UrlLayer

        yield UrlLayer.compiled(config.urls)
        yield TaskLayer.compiled(config.tasks)


def _codeowners(files: Sequence[CodeownersFile], first_sections: Sequence[str]) -> Layer:
    """Return the layer of CODEOWNERS files; of several, the first that speaks of a path decides."""
    from whose.index.sections import codeowners_index

    layers = tuple(
        PathLayer(CODEOWNERS, codeowners_index(file.parsed, file.rules, first_sections=first_sections))
        for file in files
    )
    return layers[0] if len(layers) == 1 else FirstOf(CODEOWNERS, layers)


def _unowned(rules: Sequence[Rule]) -> Layer:
    """Return the layer of code that is unowned on purpose.

    A name such as ``migrations`` stands for every folder or file, and every module, of that name.
    """
    dotted = [rule for rule in rules if is_dotted_prefix(rule.pattern)]
    paths = [rule for rule in rules if not is_dotted_prefix(rule.pattern)]
    names = {rule.pattern: rule for rule in paths if not is_path_pattern(rule.pattern)}
    layers: tuple[Layer, ...] = (
        PrefixLayer(UNOWNED, prefix_table(dotted)),
        path_layer(UNOWNED, paths),
        ComponentLayer(UNOWNED, names),
    )
    return FirstOf(UNOWNED, layers)


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
    from whose.index.paths import PathIndex

    return PathLayer(source, PathIndex.compiled(rules))
