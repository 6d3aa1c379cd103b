"""Middleware of team-blue: as a class, in the old way, as a function, and async."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

import whose


class Health:
    """Answers one path, refuses two others, and fails on one more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok")
        if request.path == "/refused":
            raise PermissionDenied
        if request.path == "/suspected":
            raise SuspiciousOperation
        if request.path == "/accident":
            raise RuntimeError("in a middleware")
        return self.get_response(request)


class Maintenance(MiddlewareMixin):  # type: ignore[misc]
    """Answers in ``process_request``."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        return HttpResponse("later", status=503) if request.path == "/maintenance" else None


def gate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/gate":
            return HttpResponse("closed", status=403)
        return get_response(request)

    return middleware


@sync_and_async_middleware  # type: ignore[untyped-decorator]
def either(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    async def answer_async(request: HttpRequest) -> Any:
        return HttpResponse("either") if request.path == "/either" else await get_response(request)

    def answer(request: HttpRequest) -> Any:
        return HttpResponse("either") if request.path == "/either" else get_response(request)

    return answer_async if iscoroutinefunction(get_response) else answer


class Secretive:
    """Calls the handler inside it by a way that cannot be seen from outside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.calls = [lambda request: get_response(request)]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.calls[0](request)


class Hidden:
    """Keeps the handler inside it where nobody can see it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.calls = [get_response]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("hidden") if request.path == "/hidden" else self.calls[0](request)


class Rescue:
    """Answers for views that fail with ``LookupError``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponse("rescued", status=410) if isinstance(exception, LookupError) else None


class Bouncer:
    """Answers in ``process_view``, when the view is known and not yet called."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        return HttpResponse("bounced", status=302) if "bounce" in request.GET else None


class Notes:
    """Notes whose work runs before and after the view."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.note("before")
        response = self.get_response(request)
        self.note("after")
        return response

    @classmethod
    def note(cls, when: str) -> None:
        running = whose.current()
        cls.seen.append((when, running.team.name if running is not None and running.team is not None else None))


class FailsAfterwards(MiddlewareMixin):  # type: ignore[misc]
    """Fails once the view has answered."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if "fail-afterwards" in request.GET:
            raise RuntimeError("after the view")
        return response
