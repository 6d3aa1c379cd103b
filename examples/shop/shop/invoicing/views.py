"""The accountants' buttons."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from shop.invoicing.tasks import export_ledger, nightly_takings, prove_deliveries
from shop.legacy.tasks import purge_tapes, sync_mainframe
from shop.platform.guards import staff_only


@require_POST
@staff_only
def close_month(request: HttpRequest) -> HttpResponse:
    """Start all that happens at a month's end."""
    nightly_takings.delay()
    export_ledger.delay()
    prove_deliveries.delay()
    sync_mainframe.delay()
    purge_tapes.delay()
    return JsonResponse({}, status=202)
