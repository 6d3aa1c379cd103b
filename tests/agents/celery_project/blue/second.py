"""Tasks of blue's that only the second app has."""

from __future__ import annotations

from flavours import trail
from flavours.second import app


@app.task
def only_here() -> None:
    trail.ran("blue.second.only_here")


@app.task
def unlocked_header(part: int) -> int:
    trail.ran("blue.second.unlocked_header")
    return part
