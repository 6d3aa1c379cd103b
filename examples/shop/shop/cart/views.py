"""The cart, for browsers and for the apps on customers' phones."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from shop.cart.models import CartLine
from shop.cart.tasks import expire_carts, merge_carts
from shop.platform.guards import counted, staff_only
from shop.recommendations.tasks import refresh_recommendations


def customer_of(request: HttpRequest | Request) -> str:
    """Return who asks."""
    return request.headers.get("X-Customer", "guest")


@counted
def cart(request: HttpRequest) -> HttpResponse:
    """Show the customer's cart."""
    lines = CartLine.objects.filter(customer=customer_of(request)).values("product", "quantity")
    return JsonResponse({"lines": list(lines[:20])})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a product into the cart."""
    CartLine.objects.create(customer=customer_of(request), product_id=json.loads(request.body)["sku"])
    return JsonResponse({}, status=201)


@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Join the cart of a guest with the customer's, who then deserves fresh recommendations."""
    customer = customer_of(request)
    merge_carts.apply_async((customer,), link=refresh_recommendations.si(customer))
    return JsonResponse({}, status=202)


@require_POST
@staff_only
def expire(request: HttpRequest) -> HttpResponse:
    """Empty the carts of guests."""
    expire_carts.delay()
    return JsonResponse({}, status=202)


class CartLineViewSet(viewsets.ViewSet):
    """The lines of the customer's cart."""

    def list(self, request: Request) -> Response:
        return Response(CartLine.objects.filter(customer=customer_of(request)).values("id", "product", "quantity")[:20])

    def create(self, request: Request) -> Response:
        line = CartLine.objects.create(customer=customer_of(request), product_id=request.data["sku"])
        return Response({"id": line.pk}, status=201)
