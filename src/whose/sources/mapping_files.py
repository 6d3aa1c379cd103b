"""Reads mappings of teams to dotted prefixes from YAML, JSON and TOML files, as Django settings are often kept."""

from __future__ import annotations

from whose.config import Checker, Place
from whose.config.mappings import Prefixes
from whose.config.teams import Themed, themed

#: The keys under which a file may hold the mapping: ours, Django's setting, and what the mapping generator of
#: edx-arch-experiments prints (scripts/generate_code_owner_mappings.py).
MAPPING_KEYS = ("mappings", "CODE_OWNER_MAPPINGS", "CODE_OWNER_TO_PATH_MAPPINGS")
#: The files that count in a folder of mappings.
INSIDE_FOLDERS = "*.*"
THEME_KEYS = ("themes", "CODE_OWNER_THEMES")


def read_mapping(checker: Checker, prefixes: Prefixes, place: Place) -> Themed:
    """Read the mapping of one document, and return the teams that its themes name.

    A document that has none of the known keys is a mapping as a whole; in one that has, other keys do not matter.
    """
    found = [key for key in (*MAPPING_KEYS, *THEME_KEYS) if key in place.values]
    if not found:
        prefixes.read(place, place.values)
    for key in found:
        if key in MAPPING_KEYS:
            prefixes.read(place, place.values[key], key)
    themes = next((key for key in found if key in THEME_KEYS), None)
    return {} if themes is None else themed(checker, place, place.values[themes], themes)
