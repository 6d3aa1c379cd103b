"""Points for loyal customers."""

from django.dispatch import receiver

from shop.accounts.tasks import award_points
from shop.checkout.models import Order
from shop.checkout.signals import order_placed


@receiver(order_placed)
def award(order: Order, **_: object) -> None:
    """Award a point a pound."""
    award_points.delay(order.customer, order.total // 100)
