"""Moves money."""

import json

from celery import Task, shared_task
from celery.exceptions import Reject

from shop.invoicing.tasks import issue_invoice
from shop.payments.gateway import GatewayTimeout, authorise


@shared_task(bind=True, autoretry_for=(GatewayTimeout,), retry_kwargs={"max_retries": 2, "countdown": 0.1})
def authorise_card(self: Task, order: int) -> int:
    """Get the bank's word; it never answers the first time, so Celery tries again by itself."""
    if self.request.retries == 0:
        raise GatewayTimeout(order)
    authorise(1250, currency="GBP")
    capture_payment.delay(order)
    return order


@shared_task(bind=True)
def capture_payment(self: Task, order: int) -> int:
    """Take the money, which is not there the first time, so the task asks for another try."""
    if self.request.retries == 0:
        raise self.retry(countdown=0.1)
    issue_invoice.delay(order)
    return order


@shared_task(acks_late=True)
def reconcile_statement(statement: str) -> None:
    """Compare a statement with the books; give it back to the broker where it is not ours."""
    if not statement.startswith("shop"):
        raise Reject("not our statement", requeue=False)


@shared_task
def import_statement(statement: str) -> object:
    """Read a statement; fails where the bank sends what is no JSON."""
    return json.loads(statement)
