"""Reserves, picks and counts."""

from celery import shared_task
from django.db.models import Sum

from shop.catalogue.weights import weight_of
from shop.platform.tasking import announced
from shop.warehouse.models import Shelf


@shared_task(name="shop.warehouse.tasks.reserve_stock")
@announced
def reserve_stock(order: int) -> int:
    """Set an order's products aside; return the order. The name is spelled out, for `announced` hides it."""
    return order


@shared_task(name="shop.cart.tasks.release_reservation")
def release_reservation(sku: str) -> str:
    """Put products back. Moved here from the cart; messages that wait in queues know it by its old name."""
    return sku


@shared_task
def pick_order(sku: str) -> int:
    """Return what the picked product weighs; fails in the catalogue's code for what has no weight."""
    return weight_of(sku)


@shared_task
def recount_stock() -> int:
    """Return how many products are on all shelves."""
    return Shelf.objects.aggregate(total=Sum("quantity"))["total"]
