"""A module of search's that cold-blue owns: the longer prefix wins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from site_config import trail


def function(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    return HttpResponse("ok")
