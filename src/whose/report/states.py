"""The three states that code can be in: owned, unowned on purpose, missing an owner."""

from __future__ import annotations

from enum import StrEnum

from whose.config import DEFAULT
from whose.model import Ownership


class State(StrEnum):
    """How things stand with the owner of some code; the value is what JSON documents say."""

    OWNED = "owned"
    UNOWNED_ON_PURPOSE = "unowned_on_purpose"
    MISSING = "missing"

    @property
    def words(self) -> str:
        """Return how people read it."""
        return "no owner" if self is State.MISSING else self.value.replace("_", " ")


def state_of(ownership: Ownership) -> State:
    """Return the state that an Ownership describes."""
    if ownership.is_owned:
        return State.OWNED
    return State.UNOWNED_ON_PURPOSE if ownership.is_unowned_on_purpose else State.MISSING


def is_by_default(ownership: Ownership) -> bool:
    """Tell whether only the default owner, the catch-all for what no rule names, owns the code."""
    return ownership.rule is not None and ownership.rule.source == DEFAULT
