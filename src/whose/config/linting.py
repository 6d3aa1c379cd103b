"""Reads what the configuration says to ``whose lint``: codes that it looks for or leaves out, and its baseline."""

from __future__ import annotations

import re
from pathlib import Path

from whose.config.checking import Checker
from whose.config.places import Place
from whose.config.settings import FileSetting, LintSettings

_CODES = re.compile(r"WH\d{0,3}")
_KEYS = ("select", "ignore", "baseline")


def read_lint(checker: Checker, place: Place, value: object, *, beside: Path) -> LintSettings:
    """Return the settings of a table ``lint``; the baseline counts from the folder of the configuration."""
    entries = checker.table(place, value, "lint")
    for key in entries:
        if key not in _KEYS:
            checker.unknown(place.place_of("lint", key), "key of 'lint'", key, _KEYS)
    baseline = None
    if "baseline" in entries:
        name = checker.string(place, entries["baseline"], "lint", "baseline")
        folder = place.file.parent if place.file else beside
        baseline = FileSetting(folder / name, place.place_of("lint", "baseline")) if name else None
    return LintSettings(
        select=_codes(checker, place, entries.get("select", []), "select"),
        ignore=_codes(checker, place, entries.get("ignore", []), "ignore"),
        baseline=baseline,
    )


def _codes(checker: Checker, place: Place, value: object, key: str) -> tuple[str, ...]:
    codes = checker.strings(place, value, "lint", key)
    for number, code in enumerate(codes):
        if not _CODES.fullmatch(code):
            where = place.place_of("lint", key, number)
            checker.problem(where, f"{code!r} is no code", 'write one like "WH106", or the beginning of some, "WH1"')
    return tuple(codes)
