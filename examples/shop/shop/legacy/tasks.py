"""What still runs every night, and nobody knows why."""

from celery import shared_task

from shop.notifications.tasks import send_message


@shared_task
def sync_mainframe() -> str:
    """Send the day's orders to the mainframe, and tell somebody."""
    send_message.delay("mainframe is in step")
    return "in step"


@shared_task
def purge_tapes() -> None:
    """Purge tapes that are older than the law wants; fails, for there is no drive."""
    raise OSError("no tape drive")
