"""Redeems vouchers."""

from celery import shared_task

from shop.pricing.vouchers import VoucherExpired, price_with


@shared_task(throws=(VoucherExpired,))
def redeem_voucher(code: str) -> int:
    """Return what an order of ten pounds costs with the voucher; an expired one is no news to anybody."""
    return price_with(code, price=1000)
