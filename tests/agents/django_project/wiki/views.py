"""Views without an owner."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from site_config import trail


def page(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    return HttpResponse("ok")


def broken(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise ValueError("as expected")
