"""Looks after customers."""

from celery import shared_task
from celery.exceptions import Ignore

from shop.invoicing.tasks import render_statement


@shared_task(ignore_result=True)
def award_points(customer: str, points: int) -> None:
    """Add points to a customer's account."""


@shared_task
def forget_customer(customer: str) -> None:
    """Delete all that is known of a customer; guests have nothing to delete, so the task is ignored."""
    if customer == "guest":
        raise Ignore


@shared_task
def yearly_statement(customer: str) -> str:
    """Return a customer's statement for the year; the invoicing team's task runs within this one."""
    return render_statement.apply((customer,)).result
