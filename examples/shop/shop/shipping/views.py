"""Where the parcel is, what it costs, and when it is fetched."""

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.celery import app
from shop.platform.formatting import as_money
from shop.platform.guards import counted
from shop.shipping.carrier import quote
from shop.shipping.tasks import book_parcel, plan_delivery, print_label, print_manifest, request_collection

RATES = {"GBP": 350, "EUR": 420, "CHF": 980}


@counted
def track(request: HttpRequest, parcel: str) -> HttpResponse:
    """Show where a parcel is; as slow as the carrier."""
    return JsonResponse({"parcel": parcel, "seen": quote(parcel)})


def rates(request: HttpRequest) -> HttpResponse:
    """Show what a parcel costs; fails in the platform's code for francs."""
    currency = request.GET.get("currency", "GBP")
    return JsonResponse({"rate": as_money(RATES[currency], currency=currency)})


@require_POST
def dispatch(request: HttpRequest) -> HttpResponse:
    """Send off what is packed."""
    book_parcel.delay({"name": "Ada", "postcode": "N1"})
    print_label.chunks([(parcel, "N1") for parcel in range(4)], 2).delay()
    print_label.starmap([(9, "E1"), (10, "E1")]).delay()
    plan_delivery.delay(1)
    for carrier in settings.SHOP_CARRIERS:
        app.send_task(f"shop.shipping.carriers.book_{carrier}", ("parcel-1",))
    return JsonResponse({}, status=202)


@require_POST
def manifest(request: HttpRequest) -> HttpResponse:
    """Print the list of all parcels of the day."""
    print_manifest.delay()
    return JsonResponse({}, status=202)


@require_POST
def collect(request: HttpRequest) -> HttpResponse:
    """Ask all carriers at once, a thread each, to come and fetch."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = list(pool.map(request_collection.delay, settings.SHOP_CARRIERS))
    return JsonResponse({"asked": len(asked)}, status=202)
