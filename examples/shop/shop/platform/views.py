"""The platform's own page."""

import django
from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.platform.tasks import record_heartbeat


def status(request: HttpRequest) -> HttpResponse:
    """Say what the shop runs on, and leave a sign of life."""
    record_heartbeat.delay("web")
    return JsonResponse({"django": django.get_version()})
