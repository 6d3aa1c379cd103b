"""Pages that somebody out there still asks for."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.legacy.tasks import sync_mainframe
from shop.pricing.vouchers import price_with
from whose import owned_by


def catalogue_xml(request: HttpRequest) -> HttpResponse:
    """Show the catalogue as machines liked it then."""
    return HttpResponse("<catalogue/>", content_type="application/xml")


def easter_prices(request: HttpRequest) -> HttpResponse:
    """Show what tea costs at Easter; fails in the pricing team's code, for the voucher is long gone."""
    return JsonResponse({"price": price_with("easter-2009", price=1000)})


@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Send the day's orders to the mainframe."""
    sync_mainframe.delay()
    return JsonResponse({}, status=202)


@owned_by("team-money")
def gift_cards(request: HttpRequest) -> HttpResponse:
    """Show the value of all gift cards: the one page here that a team took on, and the one place that says so."""
    return JsonResponse({"value": 0})
