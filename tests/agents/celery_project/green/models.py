"""A task that takes and returns models."""

from __future__ import annotations

from pydantic import BaseModel

from flavours import trail
from flavours.app import app


class Order(BaseModel):
    """Arrives as a dict."""

    number: int


class Receipt(BaseModel):
    """Leaves as a dict."""

    total: int


@app.task(pydantic=True)
def book(order: Order) -> Receipt:
    trail.ran("green.models.book")
    return Receipt(total=order.number)
