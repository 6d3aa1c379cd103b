"""Replaces attributes of other people's classes and puts them back: the one place where that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """What one host or sink has replaced, newest last."""

    def __init__(self) -> None:
        self._made: list[tuple[Any, str, object, object]] = []

    def replace(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(original)`` in the place of an attribute; an attribute that is not there is left out.

        Callers say beside the call what is wrapped, why there, and from which version of the library on.
        """
        original = getattr(owner, name, _ABSENT)
        if original is _ABSENT:
            return
        own = vars(owner).get(name, _ABSENT)
        replacement = make(original)
        setattr(owner, name, replacement)
        self._made.append((owner, name, own, replacement))

    def undo(self) -> None:
        """Put everything back, except where somebody else has since put a replacement in front of ours."""
        while self._made:
            owner, name, own, replacement = self._made.pop()
            if vars(owner).get(name) is not replacement:
                continue
            if own is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, own)
