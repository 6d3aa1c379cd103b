"""Views of team-red, of every shape."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.test import AsyncClient, Client
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView
from rest_framework import viewsets
from rest_framework.decorators import action, api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

import whose
from tests.hosts.django_site.blue import decorators, failing
from tests.hosts.django_site.ownership import running

logger = logging.getLogger(__name__)


def plain(request: HttpRequest) -> HttpResponse:
    logger.warning("in the view")
    return HttpResponse(running())


async def plain_async(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0.01)
    return HttpResponse(running())


async def gathers(request: HttpRequest) -> HttpResponse:
    """Tell whose work runs in a task, in a sync function and in a thread of the executor."""

    async def inside() -> str:
        await asyncio.sleep(0)
        return running()

    found = await asyncio.gather(
        asyncio.create_task(inside()), sync_to_async(running)(), asyncio.to_thread(running), inside()
    )
    return HttpResponse(",".join(found))


class ClassBased(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(running())


class AsyncClassBased(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(running())


@method_decorator(never_cache, name="dispatch")
class Generic(TemplateView):
    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(running())


@decorators.polite
def polite(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


@decorators.rude
def rude(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


@decorators.needs(decorators.is_open)
def needy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


@csrf_exempt
@decorators.rude
@decorators.polite
def stacked(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


@decorators.Guard
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


class RedDesk(decorators.Desk):
    """Inherits what it serves with."""


class Endpoint:
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(running())


with_format = functools.partial(lambda request, form: HttpResponse(running()), form="json")


@whose.owned_by("team-violet")
def lent(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


@api_view(["GET"])
def api_function(request: Any) -> Response:
    return Response(running())


class Api(APIView):
    def get(self, request: Any) -> Response:
        return Response(running())


class Invalid(APIView):
    def get(self, request: Any) -> Response:
        raise ValidationError("as expected")


class BrokenApi(APIView):
    def get(self, request: Any) -> Response:
        failing.fail()
        return Response()


class Fruits(viewsets.ViewSet):
    def list(self, request: Any) -> Response:
        return Response(running())

    @action(detail=False)
    def ripe(self, request: Any) -> Response:
        return Response(running())


def broken(request: HttpRequest) -> HttpResponse:
    failing.fail()
    return HttpResponse()


async def broken_async(request: HttpRequest) -> HttpResponse:
    failing.fail()
    return HttpResponse()


def rescued(request: HttpRequest) -> HttpResponse:
    failing.miss()
    return HttpResponse()


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("as expected")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("as expected")


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("as expected")


def broken_template(request: HttpRequest) -> TemplateResponse:
    return TemplateResponse(request, "no-such-template.html")


def streams(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        yield running() + ","
        yield running()

    return StreamingHttpResponse(parts())


def stream_breaks(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        yield "a"
        failing.fail()

    return StreamingHttpResponse(parts())


async def streams_async(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[str]:
        yield running() + ","
        await asyncio.sleep(0)
        yield running()

    return StreamingHttpResponse(parts())


def asks_blue(request: HttpRequest) -> HttpResponse:
    before = running()
    inner = Client().get("/blue/plain/").content.decode()
    return HttpResponse(f"{before},{inner},{running()}")


async def asks_blue_async(request: HttpRequest) -> HttpResponse:
    before = running()
    inner = (await AsyncClient().get("/blue/plain/")).content.decode()
    return HttpResponse(f"{before},{inner},{running()}")


def asks_broken(request: HttpRequest) -> HttpResponse:
    inner = Client(raise_request_exception=False).get("/red/broken/")
    return HttpResponse(f"{inner.status_code},{running()}")


def in_thread(request: HttpRequest) -> HttpResponse:
    """Tell whose work runs in a bare thread, which knows nothing of the request."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(running()))
    thread.start()
    thread.join()
    return HttpResponse(f"{found[0]},{running()}")
