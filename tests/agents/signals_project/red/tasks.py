"""Tasks of the red team."""

from __future__ import annotations

import everyday
from blue.tasks import ship
from shop import app


@app.task
def restock() -> None:
    everyday.work("team-red")
    ship.apply_async()
    ship.apply()
    everyday.work("team-red")
