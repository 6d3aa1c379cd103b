"""What a voucher takes off a price."""

from shop.pricing.models import Voucher


class VoucherExpired(Exception):
    """The voucher was good once."""


def reduced(price: int, *, percent: int) -> int:
    """Return the price in pence less so many percent, rounded down.

    >>> reduced(999, percent=10)
    899
    """
    return price * (100 - percent) // 100


def price_with(code: str, *, price: int) -> int:
    """Return the price in pence with the voucher; raise VoucherExpired or Voucher.DoesNotExist."""
    voucher = Voucher.objects.get(code=code)
    if voucher.has_expired:
        raise VoucherExpired(code)
    return reduced(price, percent=voucher.percent)
