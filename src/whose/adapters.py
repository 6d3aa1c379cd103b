"""Finds the hosts and sinks that are installed here, and leaves out those whose library is missing or too old."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from whose.errors import MissingExtraError, OutdatedExtraError, contain
from whose.libraries import library_behind

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

logger = logging.getLogger("whose")

#: Groups of entry points.
HOSTS = "whose.hosts"
SINKS = "whose.sinks"
#: What was said to be left out since its library is too old.
_left_out: set[str] = set()


@runtime_checkable
class DetectedSink(Protocol):
    """A class of sinks that knows, before one is made, whether the agent it speaks to is active in this process."""

    @staticmethod
    def is_active() -> bool: ...


def entry_points_of(group: str) -> Mapping[str, EntryPoint]:
    """Return the hosts or sinks that are installed, by name."""
    return _all_entry_points()[group]


def look_anew() -> None:
    """Have the next question answered by what is installed then."""
    _all_entry_points.cache_clear()


@functools.lru_cache(maxsize=1)
def _all_entry_points() -> Mapping[str, Mapping[str, EntryPoint]]:
    """Return ours by group and name; it takes milliseconds, so :func:`whose.install` looks for them once."""
    # Reading metadata takes the better part of the standard library's mail parser; an import of whose need not.
    import importlib.metadata

    points = importlib.metadata.entry_points()
    return {group: {point.name: point for point in points.select(group=group)} for group in (HOSTS, SINKS)}


def load(point: EntryPoint) -> Callable[[], object] | None:
    """Return what an entry point names; None where the library that it adapts to is not installed."""
    try:
        loaded: Callable[[], object] = point.load()
    except ImportError as error:
        _leave_out(point, error)
        return None
    return loaded


def is_outdated(point: EntryPoint) -> bool:
    """Tell whether the library behind a host or sink that nobody asked for is too old for us; logged once for each."""
    library = library_behind(point)
    try:
        if library is not None:
            library.refuse_outdated(wanted=_called(point))
    except OutdatedExtraError as error:
        if point.value not in _left_out:
            _left_out.add(point.value)
            logger.warning("whose leaves out what is too old: %s", error)
        return True
    return False


def chosen_sinks(wanted: Iterable[object] | None) -> list[tuple[str, object]]:
    """Return the sinks that are wanted, given or by name; with None, those whose agents are active here.

    Raises:
        MissingExtraError: the library of one that is wanted by name is not installed; as OutdatedExtraError, too old.

    """
    points = entry_points_of(SINKS)
    if wanted is None:
        return [(name, sink) for name, point in points.items() if (sink := _active_sink(point)) is not None]
    return [
        (sink, _named_sink(points[sink])) if isinstance(sink, str) else (type(sink).__name__, sink) for sink in wanted
    ]


def _named_sink(point: EntryPoint) -> object:
    library = library_behind(point)
    if library is not None:
        library.refuse_outdated(wanted=_called(point))
    try:
        return point.load()()
    except ImportError as error:
        missing = error.name.partition(".")[0] if error.name else point.name
        if library is not None:
            raise MissingExtraError(wanted=_called(point), library=missing, extra=library.extra) from error
        # To install the sink's own package once more is to install what it needs.
        package = point.dist.name if point.dist is not None else missing
        raise MissingExtraError(wanted=_called(point), library=missing, extra="", package=package) from error


def _active_sink(point: EntryPoint) -> object | None:
    try:
        factory = load(point)
        if factory is None or (isinstance(factory, DetectedSink) and not factory.is_active()) or is_outdated(point):
            return None
        return factory()
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and "." not in error.name:
            # The environment asks for an agent that is not installed.
            _leave_out(point, error)
        else:
            contain(error, cause=f"loading the sink {point.name}")
        return None


def _leave_out(point: EntryPoint, error: ImportError) -> None:
    logger.debug("whose leaves %s %r out: %s", point.group, point.name, error)


def _called(point: EntryPoint) -> str:
    return f"the {'host' if point.group == HOSTS else 'sink'} {point.name!r}"
