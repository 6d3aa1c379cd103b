"""Whose code is running: attributes every request, task, error and log line to the team that owns the code."""

import importlib

from whose.attribution import current
from whose.errors import ConfigurationError, MissingExtraError, WhoseError
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
    "transparent",
    "uninstall",
]


def __getattr__(name: str) -> object:
    """Load ``whose.testing`` when it is asked for, and not in production."""
    if name == "testing":
        return importlib.import_module("whose.testing")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
