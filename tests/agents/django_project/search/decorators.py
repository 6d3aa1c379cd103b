"""Decorators that other teams put on their views."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

AnyView = Callable[..., Any]


def polite(view: AnyView) -> AnyView:
    """Wrap with ``functools.wraps``."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return inner


def rude(view: AnyView) -> AnyView:
    """Wrap without ``functools.wraps``: the name, the module and ``__wrapped__`` are lost."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return inner


def is_open(request: HttpRequest) -> bool:
    """Say yes: a check for ``needs``."""
    return True


def needs(check: Callable[[HttpRequest], bool]) -> Callable[[AnyView], AnyView]:
    """Wrap like ``rude``, with a second function, the check, among the closure's cells."""

    def decorate(view: AnyView) -> AnyView:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return view(request, *args, **kwargs) if check(request) else HttpResponse(status=403)

        return inner

    return decorate


class Measured:
    """Wrap with an object."""

    def __init__(self, view: AnyView) -> None:
        functools.update_wrapper(self, view)
        self._view = view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._view(request, *args, **kwargs)
