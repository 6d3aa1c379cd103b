"""The search box and what drops down from it."""

import functools

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.catalogue.models import Product
from shop.search.tasks import remember_query, warm_suggestion


async def search(request: HttpRequest) -> HttpResponse:
    """Show the products whose name has the words in it."""
    words = request.GET.get("q", "")
    found = [product.sku async for product in Product.objects.filter(name__icontains=words)]
    await sync_to_async(remember_query.delay)(words)
    return JsonResponse({"found": found})


def suggest(request: HttpRequest, *, limit: int) -> HttpResponse:
    """Suggest names that begin like the word."""
    names = Product.objects.filter(name__istartswith=request.GET.get("q", "")).values_list("name", flat=True)
    return JsonResponse({"suggestions": list(names[:limit])})


suggest_few = functools.partial(suggest, limit=3)


@require_POST
def warm(request: HttpRequest) -> HttpResponse:
    """Prepare the suggestions that are asked for most."""
    warm_suggestion.map(["a", "ke", "tea"]).delay()
    return JsonResponse({}, status=202)
