"""A task of red's for the second app, and one that both apps share."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from flavours import trail
from flavours.second import app


@app.task
def unlocked_body(parts: list[Any]) -> int:
    trail.ran("red.second.unlocked_body")
    return len(parts)


@shared_task
def in_both() -> None:
    trail.ran("red.second.in_both")
