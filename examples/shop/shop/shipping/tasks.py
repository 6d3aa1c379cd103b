"""Books, labels and plans parcels."""

import time

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from pydantic import BaseModel

from shop.notifications.tasks import mail_gift_card
from shop.shipping.carrier import quote


class Address(BaseModel):
    """Where a parcel goes."""

    name: str
    postcode: str


@shared_task
def quote_delivery(postcode: str) -> str:
    """Return what delivery costs; slow, and other teams call it in place."""
    return quote(postcode)


@shared_task(pydantic=True)
def book_parcel(address: Address) -> str:
    """Book a parcel to the address."""
    if isinstance(address, dict):  # Celery before 5.5 knows nothing of pydantic
        address = Address.model_validate(address)
    return f"booked for {address.name}, {address.postcode}"


@shared_task
def print_label(parcel: int, postcode: str) -> str:
    """Return a parcel's label."""
    return f"{parcel}/{postcode}"


@shared_task(soft_time_limit=0.5)
def print_manifest() -> str:
    """Print the day's list, as far as the printer gets before the time is up."""
    try:
        for _ in range(40):
            time.sleep(0.02)
    except SoftTimeLimitExceeded:
        return "printed in part"
    return "printed"


@shared_task(bind=True)
def plan_delivery(self: Task, order: int) -> None:
    """Plan a delivery; a gift card needs no parcel, so the task makes way for a mail."""
    raise self.replace(mail_gift_card.si(order))


@shared_task
def request_collection(carrier: str) -> str:
    """Ask a carrier to fetch what is packed."""
    return f"{carrier} comes at five"
