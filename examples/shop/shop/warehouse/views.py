"""What the people in the warehouse press."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from shop.warehouse.tasks import pick_order, recount_stock, release_reservation


@require_POST
def close_shift(request: HttpRequest) -> HttpResponse:
    """Put back what nobody fetched, pick the last order, and count the shelves once everybody has left."""
    release_reservation.delay("assam")
    pick_order.delay("gift-card")
    recount_stock.apply_async(eta=timezone.now() + timedelta(seconds=1))
    return JsonResponse({}, status=202)
