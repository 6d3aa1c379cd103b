"""Tidies carts."""

from celery import Task, shared_task

from shop.cart.models import CartLine
from shop.platform.tasking import AuditedTask


@shared_task
def merge_carts(customer: str) -> int:
    """Give the guest's lines to the customer; return how many there were."""
    return CartLine.objects.filter(customer=f"guest-{customer}").update(customer=customer)


@shared_task(bind=True, base=AuditedTask)
def expire_carts(self: Task) -> int:
    """Delete the lines of guests; return how many there were."""
    deleted, _ = CartLine.objects.filter(customer="guest").delete()
    return deleted
