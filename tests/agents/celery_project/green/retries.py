"""Tasks that fail the first time."""

from __future__ import annotations

from celery import Task, shared_task

from flavours import trail


@shared_task(autoretry_for=(ConnectionError,), retry_backoff=False, default_retry_delay=0)
def automatically() -> None:
    if trail.ran("green.retries.automatically") == 1:
        raise ConnectionError("once")


@shared_task(bind=True)
def by_hand(self: Task) -> None:
    if trail.ran(self.name) == 1:
        raise self.retry(countdown=0)
