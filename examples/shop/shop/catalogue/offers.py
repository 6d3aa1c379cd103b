"""This week's offers."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.catalogue.models import Product
from shop.pricing.vouchers import reduced


def offer_list(request: HttpRequest) -> HttpResponse:
    """Show the products on offer, with their reduced prices."""
    products = Product.objects.filter(section="tea")
    return JsonResponse({"offers": {product.sku: reduced(product.price, percent=10) for product in products}})
