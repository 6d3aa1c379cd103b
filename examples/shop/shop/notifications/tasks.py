"""Writes to customers."""

import functools

from celery import Task, shared_task

from shop.celery import app
from shop.platform.formatting import as_money


@shared_task
def send_message(text: str) -> int:
    """Send a message; return its length."""
    return len(text)


@shared_task
def tell_support(failed: str) -> str:
    """Tell support which task failed."""
    return failed


@shared_task
def mail_gift_card(order: int) -> str:
    """Mail a gift card."""
    return f"card for order {order}"


@shared_task
def send_receipt(pence: int, currency: str) -> str:
    """Send a receipt; fails in the platform's code for francs."""
    return f"You paid {as_money(pence, currency=currency)}"


def digest_task(period: str) -> Task:
    """Return the task that sends the digest of a period."""

    @shared_task(name=f"shop.notifications.tasks.{period}_digest")
    def digest() -> str:
        return f"your {period} digest"

    return digest


daily_digest = digest_task("daily")
weekly_digest = digest_task("weekly")


def send_text(provider: str, text: str) -> str:
    """Send a text message through a provider."""
    return f"{provider}: {text}"


class TextCustomer(Task):
    """Sends text messages through the provider of the year."""

    run = functools.partial(send_text, "pigeon")


text_customer = app.register_task(TextCustomer())
