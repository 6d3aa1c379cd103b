"""A result backend that joins chords by polling, as backends without counters do: with ``celery.chord_unlock``."""

from __future__ import annotations

from typing import Any

from celery.backends.base import BaseBackend
from celery.backends.redis import RedisBackend


class UnlockingBackend(RedisBackend):
    """Redis for the results; the base class's way for the chords."""

    apply_chord = BaseBackend.apply_chord

    def on_chord_part_return(self, request: Any, state: Any, result: Any, **kwargs: Any) -> None:
        """Leave the join to ``celery.chord_unlock``."""
