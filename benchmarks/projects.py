"""Makes up projects: modules with tasks and views in them, and mappings with as many rules as wanted."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

#: The module of the code that is measured; a rule names the package around it.
MODULE = "shop.sales.cart.code"
TEAM = "commerce-red"
THEMES = {"commerce": ["commerce-red", "commerce-blue"]}


class NoOpSink:
    """Our way to an agent that takes no time."""

    def record(self, attribution: object) -> None: ...


def mappings(rules: int) -> dict[str, list[str]]:
    """Return ``CODE_OWNER_MAPPINGS`` with as many prefixes, of which one is that of MODULE, for a hundred teams."""
    teams: dict[str, list[str]] = {TEAM: ["shop.sales.cart"]}
    for number in range(rules - 1):
        teams.setdefault(f"platform-{number % 99}", []).append(prefix(number))
    return teams


def prefix(number: int) -> str:
    """Return the dotted name of one of many made-up apps."""
    return f"shop.area{number % 40}.app{number}"


def module(name: str, source: str) -> Any:
    """Return a module made of source text, imported under a name."""
    made = ModuleType(name)
    exec(compile(source, f"/srv/{name.replace('.', '/')}.py", "exec"), vars(made))
    made.__file__ = f"/srv/{name.replace('.', '/')}.py"
    sys.modules[name] = made
    return made
