"""Views behind other teams' decorators and base classes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.middleware import TeapotError
from search import decorators, toolkit
from site_config import trail


def _serve(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    return HttpResponse("ok")


@decorators.polite
def politely(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@decorators.rude
def rudely(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@decorators.needs(decorators.is_open)
def checked(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@decorators.Measured
def measured(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@csrf_exempt
@require_POST
@decorators.rude
def posted(request: HttpRequest) -> HttpResponse:
    return _serve(request)


@require_POST
def posted_with_csrf_check(request: HttpRequest) -> HttpResponse:
    return _serve(request)


def asked_from_within(request: HttpRequest) -> HttpResponse:
    return _serve(request)


def is_a_teapot(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise TeapotError


class Checkout(toolkit.Wizard):
    """Serves with an inherited, bound method."""


class Receipt(toolkit.Page):
    """Serves with an inherited ``get``."""


class Endpoint:
    """Is a view itself."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _serve(request)


def make_view(currency: str) -> object:
    """Return a closure over a value."""

    def view(request: HttpRequest) -> HttpResponse:
        trail.served(request.path)
        return HttpResponse(currency)

    return view
