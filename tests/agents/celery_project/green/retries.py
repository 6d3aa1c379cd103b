"""Tasks that fail the first time."""

from __future__ import annotations

from celery import Task, shared_task

from flavours import trail

#: Seconds. OpenTelemetry's instrumentation keeps spans by the task's id, which a retry shares: if it begins in another
#: thread before the first run has ended, it loses its span.
LATER = 0.5


@shared_task(autoretry_for=(ConnectionError,), retry_backoff=False, default_retry_delay=LATER)
def automatically() -> None:
    if trail.ran("green.retries.automatically") == 1:
        raise ConnectionError("once")


@shared_task(bind=True)
def by_hand(self: Task) -> None:
    if trail.ran(self.name) == 1:
        raise self.retry(countdown=LATER)
