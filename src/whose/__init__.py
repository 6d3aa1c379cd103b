"""Whose code is running: attributes every request, task, error and log line to the team that owns the code."""

from __future__ import annotations

#: As that of typing, which would take longer to import than all that stands here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from whose.attribution import current
    from whose.errors import ConfigurationError, MissingExtraError, OutdatedExtraError, WhoseError
    from whose.interface import (
        attributes,
        attributing,
        get_code_owner_from_module,
        inherits_owner,
        owned_by,
        owned_by_argument,
        owner_of,
        set_code_owner_attribute,
        set_code_owner_attribute_from_module,
        transparent,
    )
    from whose.loading import load
    from whose.model import Attribution, Fault, Ownership, Rule, Team, Work
    from whose.runtime import install, stats, uninstall

__version__ = "0.1.0"

__all__ = [
    "Attribution",
    "ConfigurationError",
    "Fault",
    "MissingExtraError",
    "OutdatedExtraError",
    "Ownership",
    "Rule",
    "Team",
    "WhoseError",
    "Work",
    "attributes",
    "attributing",
    "current",
    "get_code_owner_from_module",
    "inherits_owner",
    "install",
    "load",
    "owned_by",
    "owned_by_argument",
    "owner_of",
    "set_code_owner_attribute",
    "set_code_owner_attribute_from_module",
    "stats",
    "testing",
    "transparent",
    "uninstall",
]

#: Where each name lives. It is loaded when it is first asked for, so that to import whose costs next to nothing, in
#: every process that does, whether or not it goes on to use it.
_HOME = {
    "current": "attribution",
    "ConfigurationError": "errors",
    "MissingExtraError": "errors",
    "OutdatedExtraError": "errors",
    "WhoseError": "errors",
    "attributes": "interface",
    "attributing": "interface",
    "get_code_owner_from_module": "interface",
    "inherits_owner": "interface",
    "owned_by": "interface",
    "owned_by_argument": "interface",
    "owner_of": "interface",
    "set_code_owner_attribute": "interface",
    "set_code_owner_attribute_from_module": "interface",
    "transparent": "interface",
    "load": "loading",
    "Attribution": "model",
    "Fault": "model",
    "Ownership": "model",
    "Rule": "model",
    "Team": "model",
    "Work": "model",
    "install": "runtime",
    "stats": "runtime",
    "uninstall": "runtime",
}


def __getattr__(name: str) -> object:
    """Return a public name, from the module that defines it (PEP 562)."""
    import importlib

    home = _HOME.get(name)
    if home is not None:
        value: object = getattr(importlib.import_module(f"whose.{home}"), name)
    elif name == "testing":
        value = importlib.import_module("whose.testing")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
