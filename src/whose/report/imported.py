"""Turns ownership kept as a spreadsheet into a configuration."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whose.config import Checker
from whose.config.mappings import Prefixes
from whose.errors import ConfigurationError
from whose.report.export.mapping import quoted, toml_key
from whose.sources.csv_ownership import OWNER, parse_csv

_THEME = "owner.theme"


@dataclass(frozen=True, slots=True)
class Imported:
    """What spreadsheets say: prefixes and distributions by team, and the theme of each team that has one."""

    mappings: Mapping[str, tuple[str, ...]]
    packages: Mapping[str, str]
    themes: Mapping[str, str]


def import_sheets(sheets: Iterable[tuple[str, str]]) -> Imported:
    """Return what spreadsheets say, given as name and text, in the columns of edx-arch-experiments' generator.

    Raises:
        ConfigurationError: with every mistake in them.

    """
    checker = Checker()
    prefixes = Prefixes(checker)
    packages: dict[str, str] = {}
    themes: dict[str, str] = {}
    for name, text in sheets:
        sheet = parse_csv(checker, text, file=name)
        for rule in sheet.mappings:
            prefixes.add(rule)
        for rule in sheet.packages:
            other = packages.setdefault(rule.pattern, str(rule.team))
            if other != rule.team:
                message = f"{rule.pattern!r} belongs to {rule.team!r}, but another line gives it to {other!r}"
                checker.problem(rule.place, message, "leave it to one team")
        _read_themes(checker, themes, text, name)
    if checker.problems:
        raise ConfigurationError(checker.problems)
    mappings: dict[str, list[str]] = {}
    for rule in prefixes.rules:
        mappings.setdefault(str(rule.team), []).append(rule.pattern)
    return Imported({team: tuple(sorted(mappings[team])) for team in sorted(mappings)}, packages, themes)


def _read_themes(checker: Checker, themes: dict[str, str], text: str, name: str) -> None:
    reader = csv.reader(text.splitlines())
    columns = [column.strip().lower() for column in next(reader, [])]
    if _THEME not in columns:
        return
    for cells in reader:
        row = {column: cell.strip().lower() for column, cell in zip(columns, cells, strict=False)}
        squad, theme = row.get(OWNER, ""), row.get(_THEME, "")
        if squad and theme and themes.setdefault(squad, theme) != theme:
            message = f"{squad!r} is of the theme {theme!r} here and of {themes[squad]!r} above"
            checker.problem(f"{name}:{reader.line_num}", message, "keep each squad in one theme")


def configuration_of(imported: Imported) -> str:
    """Return what was imported as the content of a ``whose.toml``."""
    lines = ["# Written by whose import csv."]
    if imported.mappings:
        lines += ["[mappings]"]
        for team, prefixes in imported.mappings.items():
            lines += [f"{toml_key(team)} = [", *(f"  {quoted(prefix)}," for prefix in prefixes), "]"]
    if imported.packages:
        lines += ["", "[packages]"]
        lines += [f"{quoted(name)} = {quoted(team)}" for name, team in sorted(imported.packages.items())]
    for squad, theme in sorted(imported.themes.items()):
        lines += ["", f"[teams.{toml_key(squad)}]", f"levels = {{ theme = {quoted(theme)}, squad = {quoted(squad)} }}"]
    return "\n".join(lines) + "\n"
