"""Middleware that sometimes answers, or fails, before any view is found."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class Maintenance(MiddlewareMixin):
    """Answers for what is being mended."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        return HttpResponse("later", status=503) if request.path == "/search/maintenance/" else None


def accident_prone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Raises for one path."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/search/accident/":
            raise RuntimeError("as expected")
        return get_response(request)

    return middleware
