"""Tasks of the red team."""

from __future__ import annotations

import time

from shop.celery import app
from witness import testify


@app.task
def paint(seconds: float = 0) -> dict[str, object]:
    time.sleep(seconds)
    return testify()


@app.task
def spill() -> None:
    raise ValueError("spilt")
