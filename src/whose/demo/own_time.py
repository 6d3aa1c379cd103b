"""Reads who spent the time of a transaction, where its span says so."""

from __future__ import annotations

from collections.abc import Mapping

from whose.demo.expected import NOBODY
from whose.demo.spans import Span

#: What the attributes begin with that hold the seconds of one owner: ``code_owner_own_seconds.team-red``.
PREFIX = "code_owner_own_seconds."


def own_seconds(span: Span) -> dict[str, float]:
    """Return the seconds that each owner's code took by itself; nothing where accounting is off."""
    shares: dict[str, float] = {}
    for key, value in span.attributes.items():
        if key.startswith(PREFIX) and isinstance(value, int | float):
            shares[key.removeprefix(PREFIX) or NOBODY] = float(value)
    return shares


def most_of(shares: Mapping[str, float]) -> str:
    """Return the owner that has the largest share."""
    return max(shares, key=lambda owner: shares[owner])
