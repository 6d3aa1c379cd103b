"""A task of green's that runs where it is sent from."""

from __future__ import annotations

from flavours import trail
from flavours.instant import app


@app.task
def at_once() -> None:
    trail.ran("green.instant.at_once")
