"""A middleware that answers and raises by what the path says."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Gate:
    """Stops some requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/stopped/"):
            return HttpResponse(request.path, status=403)
        if request.path.startswith("/stumbled/"):
            raise RuntimeError(request.path)
        return self._get_response(request)
