"""Code of team-blue that team-red calls and that fails."""

from __future__ import annotations


def fail() -> None:
    raise ValueError("in blue's code")


def miss() -> None:
    raise LookupError("in blue's code")
