"""Tasks that nobody owns."""

from __future__ import annotations

import everyday
from shop import app


@app.task
def sweep() -> None:
    everyday.work("nobody")
