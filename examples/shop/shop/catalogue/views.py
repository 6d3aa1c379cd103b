"""The pages of the catalogue."""

from collections.abc import Iterator

from celery import chord
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views import View
from django.views.decorators.http import require_POST

from shop.catalogue.models import Product
from shop.catalogue.tasks import index_section, publish_index
from shop.legacy.manuals import manual_for
from shop.platform.guards import staff_only


def product_list(request: HttpRequest) -> HttpResponse:
    """Show all products."""
    return JsonResponse({"products": list(Product.objects.values("sku", "name", "price"))})


class ProductPage(View):
    """Shows one product."""

    def get(self, request: HttpRequest, sku: str) -> HttpResponse:
        product = Product.objects.filter(sku=sku).first()
        if product is None:
            raise Http404(f"we do not sell {sku}")
        return JsonResponse({"sku": product.sku, "name": product.name, "price": product.price})


def price_list(request: HttpRequest) -> StreamingHttpResponse:
    """Stream all prices as CSV."""

    def lines() -> Iterator[str]:
        yield "sku,price\n"
        for product in Product.objects.order_by("sku"):
            yield f"{product.sku},{product.price}\n"

    return StreamingHttpResponse(lines(), content_type="text/csv")


def manual(request: HttpRequest, sku: str) -> HttpResponse:
    """Show a product's manual, which the old system keeps."""
    return HttpResponse(manual_for(sku), content_type="text/plain")


@require_POST
@staff_only
def reindex(request: HttpRequest) -> HttpResponse:
    """Index every section anew; publish the index when all are done."""
    sections = Product.objects.order_by("section").values_list("section", flat=True).distinct()
    chord([index_section.s(section) for section in sections], publish_index.s()).delay()
    return JsonResponse({"sections": list(sections)}, status=202)
