"""Writes invoices and statements."""

from celery import Task, shared_task

from shop.celery import app
from shop.notifications.tasks import send_message
from shop.payments.ledger import main_ledger
from shop.platform.tasking import export_task
from shop.shipping.carrier import delivery_proof


class IssueInvoice(Task):
    """Writes an order's invoice and has it sent."""

    def run(self, order: int) -> str:
        send_message.delay(f"your invoice for order {order}")
        return f"invoice-{order}"


issue_invoice = app.register_task(IssueInvoice())

export_ledger = export_task("shop.invoicing.tasks.export_ledger", rows=main_ledger.rows)


@shared_task(name="reports.nightly_takings")
def nightly_takings() -> int:
    """Return the day's takings; dashboards elsewhere know the task by its name, which is why it has one."""
    return 125000


@shared_task
def render_statement(customer: str) -> str:
    """Return a customer's statement."""
    return f"statement for {customer}"


@shared_task
def prove_deliveries() -> dict[str, str]:
    """Collect the proofs that the invoices need; fails in the shipping team's code."""
    return delivery_proof(order=1)
