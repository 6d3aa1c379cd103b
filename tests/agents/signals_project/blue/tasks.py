"""Tasks of the blue team."""

from __future__ import annotations

import everyday
from shop import app


@app.task
def ship() -> None:
    everyday.work("team-blue")


@app.task
def lose() -> None:
    everyday.work("team-blue")
    raise ValueError("lost")
