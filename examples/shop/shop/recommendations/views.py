"""Recommendations beside a product."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.catalogue.models import Product
from shop.recommendations.tasks import fetch_trends, rebuild_neighbours
from shop.reviews.ratings import average_rating


def recommended(request: HttpRequest, sku: str) -> HttpResponse:
    """Show the products that are rated at least as well as this one."""
    bar = average_rating(sku)
    others = Product.objects.exclude(sku=sku).filter(review__stars__gte=bar).distinct()
    return JsonResponse({"recommended": [product.sku for product in others]})


@require_POST
def rebuild(request: HttpRequest) -> HttpResponse:
    """Compute all recommendations anew."""
    rebuild_neighbours.delay()
    fetch_trends.delay()
    return JsonResponse({}, status=202)
