"""Tasks of the platform itself."""

from celery import shared_task


@shared_task(ignore_result=True)
def record_heartbeat(origin: str) -> None:
    """Note that a part of the shop is alive."""
