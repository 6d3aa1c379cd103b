"""Who is staff: whoever comes with the token that the company's gateway would add."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare


class StaffMiddleware:
    """Makes a request that carries the token one of the user `staff`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.headers.get("X-Staff-Token", "")
        if token and constant_time_compare(token, settings.SHOP_STAFF_TOKEN):
            request.user, _ = User.objects.get_or_create(
                username="staff", defaults={"is_staff": True, "is_superuser": True}
            )
        return self.get_response(request)
