"""Vouchers for the apps on customers' phones."""

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from shop.notifications.tasks import tell_support
from shop.pricing.models import Voucher
from shop.pricing.tasks import redeem_voucher


@api_view(["GET"])
def voucher(request: Request, code: str) -> Response:
    """Show what a voucher is worth."""
    found = Voucher.objects.filter(code=code).first()
    if found is None:
        return Response({"detail": "no such voucher"}, status=404)
    return Response({"code": found.code, "percent": found.percent})


@api_view(["POST"])
def redeem(request: Request, code: str) -> Response:
    """Redeem a voucher; support hears of it where that fails."""
    redeem_voucher.apply_async((code,), link_error=tell_support.s())
    return Response({}, status=202)
