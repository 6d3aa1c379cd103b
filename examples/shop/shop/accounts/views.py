"""A customer's own pages."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.accounts.tasks import forget_customer, yearly_statement
from shop.invoicing.tasks import render_statement


def profile(request: HttpRequest) -> HttpResponse:
    """Show who the customer is; nobody else may see it."""
    customer = request.headers.get("X-Customer")
    if customer is None:
        raise PermissionDenied("only customers have a profile")
    return JsonResponse({"customer": customer})


def statement(request: HttpRequest) -> HttpResponse:
    """Show the customer's statement; the invoicing team's task runs here and now, as `apply` does it."""
    return HttpResponse(render_statement.apply(("guest",)).get(), content_type="text/plain")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Let a customer go: a last statement, and nothing is kept."""
    yearly_statement.delay("guest")
    forget_customer.delay("guest")
    return JsonResponse({}, status=202)
