"""Tasks that run at a time: sent with an ETA, or by beat."""

from __future__ import annotations

from celery import shared_task

from flavours import trail


@shared_task
def later() -> None:
    trail.ran("green.scheduled.later")


@shared_task
def tick() -> None:
    trail.ran("green.scheduled.tick")
