"""Middleware that answers for a view that has failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class TeapotError(Exception):
    """What the view is."""


class Teapots(MiddlewareMixin):
    """Turns one exception into a response."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponse("short and stout", status=418) if isinstance(exception, TeapotError) else None
