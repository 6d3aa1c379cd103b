"""Reads what is emitted: the sinks, and the names of the keys in each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from whose.config.checking import Checker
from whose.config.places import Place
from whose.config.settings import COST_PARTS, REQUEST_PARTS
from whose.model import CODE_OWNER


def read_sinks(checker: Checker, place: Place, value: object, known: Collection[str]) -> tuple[object, ...]:
    """Return the sinks: names of entry points, or objects that have ``record``."""
    if not isinstance(value, list | tuple):
        checker.problem(place.place_of("sinks"), f"'sinks' is a {type(value).__name__}", "write a list of names")
        return ()
    for number, sink in enumerate(value):
        where = place.place_of("sinks", number)
        if isinstance(sink, str):
            if sink not in known:
                checker.unknown(where, "sink", sink, known)
        elif not callable(getattr(sink, "record", None)):
            checker.problem(where, f"{sink!r} is no sink", "give a name, or an object with record(attribution)")
    return tuple(value)


def read_keys(checker: Checker, place: Place, value: object, known: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the other names of keys, for all sinks under the empty name, and by sink."""
    renamed: dict[str, dict[str, str]] = {"": {}}
    for key, item in checker.table(place, value, "keys").items():
        if isinstance(item, Mapping):
            if key not in known:
                checker.unknown(place.place_of("keys", key), "sink", key, known)
            renamed[key] = checker.string_table(place, item, "keys", key)
        elif text := checker.string(place, item, "keys", key):
            renamed[""][key] = text
    for sink, names in renamed.items():
        for key in names:
            if key != CODE_OWNER and not key.startswith(f"{CODE_OWNER}_"):
                path = ("keys", sink, key) if sink else ("keys", key)
                checker.problem(
                    place.place_of(*path), f"{key!r} is not emitted", "keys are code_owner and code_owner_*"
                )
    return MappingProxyType(renamed)


def read_costs(checker: Checker, place: Place, value: object) -> tuple[str, ...]:
    """Return the parts of costs that are kept."""
    return _chosen(checker, place, value, "costs", COST_PARTS)


def read_parts(checker: Checker, place: Place, value: object) -> tuple[str, ...]:
    """Return the parts of a request that are works of their own."""
    return _chosen(checker, place, value, "parts", REQUEST_PARTS)


def _chosen(checker: Checker, place: Place, value: object, key: str, known: Collection[str]) -> tuple[str, ...]:
    chosen = checker.strings(place, value, key)
    for number, part in enumerate(chosen):
        if part not in known:
            checker.unknown(place.place_of(key, number), f"item of {key!r}", part, known)
    return tuple(chosen)
