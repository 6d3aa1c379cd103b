"""Base classes that other teams inherit from, and a factory that makes views of classes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views import View

from site_config import trail


class Wizard:
    """Serves with a bound method."""

    def serve(self, request: HttpRequest) -> HttpResponse:
        trail.served(request.path)
        return HttpResponse(type(self).__name__)


class Page(View):
    """Serves GET for whoever inherits it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        trail.served(request.path)
        return HttpResponse(type(self).__name__)


def view_of(handler: type) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that makes an object of the class for each request."""

    def view(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = handler().serve(request)
        return response

    return view
