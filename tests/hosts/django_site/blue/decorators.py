"""Decorators, base classes and factories that team-red uses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., Any]


def polite(view: View) -> View:
    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return inner


def rude(view: View) -> View:
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return inner


def needs(test: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return view(request, *args, **kwargs) if test(request) else HttpResponse(status=403)

        return inner

    return decorate


def is_open(request: HttpRequest) -> bool:
    return True


class Guard:
    """Wraps with an object that keeps the view under a name of its own and leaves no ``__wrapped__``."""

    def __init__(self, view: View) -> None:
        self.view = view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self.view(request, *args, **kwargs)


class Desk:
    """Serves with a bound method."""

    def show(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("desk")


def page_of(handler: type) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        return handler().show(request)

    return view
