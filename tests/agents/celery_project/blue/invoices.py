"""A task written as a class."""

from __future__ import annotations

from celery import Task

from flavours import trail
from flavours.app import app


class Invoice(Task):
    """Registered by instance, named by hand."""

    name = "blue.invoices.Invoice"
    ignore_result = True

    def run(self, number: int, *, copies: int = 1) -> None:
        trail.ran(self.name)


class Reminder(Task):
    """Registered by class, named by Celery."""

    def run(self) -> None:
        trail.ran(self.name)


invoice = app.register_task(Invoice())
reminder = app.register_task(Reminder)
