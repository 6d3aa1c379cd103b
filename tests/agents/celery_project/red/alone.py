"""Tasks that a process without a worker runs itself."""

from __future__ import annotations

from celery import shared_task

from flavours import trail
from flavours.instant import app


@shared_task
def applied() -> None:
    trail.ran("red.alone.applied")


@shared_task
def called() -> None:
    trail.ran("red.alone.called")


@app.task
def eager() -> None:
    trail.ran("red.alone.eager")
