"""The way from the cart to the order."""

from celery import chain, chord
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import View
from django.views.decorators.http import require_POST

from shop.checkout.models import Order
from shop.checkout.signals import order_placed
from shop.checkout.tasks import confirm_check, price_order, promise_delivery
from shop.payments.gateway import GatewayError, authorise
from shop.payments.tasks import authorise_card
from shop.shipping.tasks import quote_delivery
from shop.warehouse.tasks import reserve_stock


class CheckoutFailed(Exception):
    """The customer has to try again."""


class PlaceOrder(View):
    """Turns the cart into an order."""

    def post(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            order = Order.objects.create(customer=request.headers.get("X-Customer", "guest"), total=1250)
            transaction.on_commit(lambda: self.fulfil(order))
        order_placed.send(sender=Order, order=order)
        return JsonResponse({"order": order.pk}, status=201)

    def fulfil(self, order: Order) -> None:
        """Price the order, reserve its products, take the money: three teams, one after the other."""
        chain(price_order.s(order.pk), reserve_stock.s(), authorise_card.s()).delay()
        promise_delivery.delay(order.pk)


def delivery_quote(request: HttpRequest, postcode: str) -> HttpResponse:
    """Show what delivery costs; the shipping team's task is called in place, as a function."""
    return JsonResponse({"quote": quote_delivery(postcode)})


@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Take the money at once."""
    try:
        authorise(1250, currency=request.GET.get("currency", "GBP"))
    except GatewayError as error:
        raise CheckoutFailed("no money was taken") from error
    return JsonResponse({"paid": True})


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """See whether the order could be made: price and delivery side by side, then a verdict."""
    chord([price_order.s(1), quote_delivery.s("N1")], confirm_check.s()).delay()
    return JsonResponse({}, status=202)
