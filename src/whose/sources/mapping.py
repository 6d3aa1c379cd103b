"""Reads dotted module prefixes, with the optional prefixes of edx-django-utils, into a table for look-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whose.model import Rule


def prefix_table(rules: Iterable[Rule], *, optional_module_prefixes: Sequence[str] = ()) -> dict[str, Rule]:
    """Return the rule of each prefix.

    A rule below an optional prefix counts without it too, as in edx-django-utils 8.1, which does so for
    ``lms.djangoapps``, ``common.djangoapps`` and ``openedx.core.djangoapps`` (code_owner/utils.py,
    ``get_code_owner_mappings``); where two rules then meet, the later one wins, as there.
    """
    optional = tuple(f"{prefix}." for prefix in optional_module_prefixes)
    table: dict[str, Rule] = {}
    for rule in rules:
        table[rule.pattern] = rule
        for prefix in optional:
            if rule.pattern.startswith(prefix):
                table[rule.pattern.removeprefix(prefix)] = rule
                break
    return table
