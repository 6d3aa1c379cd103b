"""What checkout tells the rest of the shop."""

from django.dispatch import Signal

#: Sent with `order` when a customer has bought something.
order_placed = Signal()
