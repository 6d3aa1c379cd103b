"""Views of every common shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

import billing.tasks
from site_config import trail


def function(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    return HttpResponse("ok")


async def async_function(request: HttpRequest) -> HttpResponse:
    # Long enough that requests overlap: what one leaves in the context must not reach the other.
    await asyncio.sleep(0.02)
    trail.served(request.path)
    return HttpResponse("ok")


async def async_that_calls_sync(request: HttpRequest) -> HttpResponse:
    await sync_to_async(trail.served)(request.path)
    return HttpResponse("ok")


class ClassBased(View):
    """Serves GET."""

    def get(self, request: HttpRequest) -> HttpResponse:
        trail.served(request.path)
        return HttpResponse("ok")


class AsyncClassBased(View):
    """Serves GET in the event loop."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0.01)
        trail.served(request.path)
        return HttpResponse("ok")


@method_decorator(never_cache, name="dispatch")
class Generic(TemplateView):
    """Inherits everything from Django but its name."""

    template_name = "home.html"


def with_format(request: HttpRequest, *, as_json: bool) -> HttpResponse:
    trail.served(request.path)
    return JsonResponse({"ok": True}) if as_json else HttpResponse("ok")


def streams(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        yield b"o"
        trail.served(request.path)
        yield b"k"

    return StreamingHttpResponse(parts())


async def streams_async(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"o"
        await asyncio.sleep(0.01)
        trail.served(request.path)
        yield b"k"

    return StreamingHttpResponse(parts())


def fails(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise ValueError("as expected")


async def fails_async(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise ValueError("as expected")


def finds_nothing(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise Http404("as expected")


def forbids(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    raise PermissionDenied("as expected")


def requests_another(request: HttpRequest) -> HttpResponse:
    """Ask another team's view through the test client and go on as itself."""
    # The client would raise here what another thread's request fails with at the same time: it listens to a signal.
    inner = Client(raise_request_exception=False).get("/billing/asked-from-within/")
    trail.served(request.path)
    return HttpResponse(inner.content)


def runs_a_task(request: HttpRequest) -> HttpResponse:
    """Run another team's task in three ways and go on as itself."""
    billing.tasks.charge.apply()
    billing.tasks.charge()
    billing.tasks.charge.delay()
    trail.served(request.path)
    return HttpResponse("ok")
