"""A booking task for each carrier that the settings name, registered when a worker starts."""

from celery import Task, shared_task
from celery.signals import celeryd_after_setup
from django.conf import settings


def booking_task(carrier: str) -> Task:
    """Return the task that books a parcel with the carrier."""

    @shared_task(name=f"shop.shipping.carriers.book_{carrier}")
    def book(parcel: str) -> str:
        return f"{carrier} takes {parcel}"

    return book


@celeryd_after_setup.connect
def register_carriers(**_: object) -> None:
    """Make a task for every carrier; Celery has long finalized its application by now."""
    for carrier in settings.SHOP_CARRIERS:
        booking_task(carrier)
