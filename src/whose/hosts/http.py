"""Outgoing HTTP: tells the services that the configuration lists who asks, by http.client, httpx and aiohttp."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from whose.attribution import Attributor, leave_no_frame
from whose.baggage import HEADER, Baggage
from whose.errors import contain
from whose.imports import ImportWatch
from whose.patches import Patches


class HttpHost:
    """Adds the baggage header to requests to listed hosts; attaches to nothing while no host is listed.

    Each hop of a redirect is a request of its own, and is judged anew.
    """

    def __init__(self) -> None:
        self._patches = Patches()
        self._baggage: Baggage | None = None
        self._watch: ImportWatch | None = None

    def install(self, attributor: Attributor) -> None:
        """Attach to the clients that are imported, and to the others when they are."""
        if not attributor.baggage_to:
            return
        self._baggage = Baggage(attributor, to=attributor.baggage_to)
        self._watch = ImportWatch(
            {
                "http.client": self._attach_to_http_client,
                "httpx": self._attach_to_httpx,
                "aiohttp.client_reqrep": self._attach_to_aiohttp,
            }
        )
        self._watch.begin()

    def uninstall(self) -> None:
        """Undo it."""
        if self._watch is not None:
            self._watch.end()
        self._patches.undo()
        self._baggage = self._watch = None

    def _attach_to_http_client(self, module: ModuleType) -> None:
        # The one place where headers end, for urllib, urllib3 and requests too; Python 3.11 and later.
        self._attach(module, "HTTPConnection", "endheaders", _ending_headers)

    def _attach_to_httpx(self, module: ModuleType) -> None:
        # Transports see each hop (httpx 0.24 and later).
        self._attach(module, "HTTPTransport", "handle_request", _handling)
        self._attach(module, "AsyncHTTPTransport", "handle_async_request", _handling_async)

    def _attach_to_aiohttp(self, module: ModuleType) -> None:
        # A ClientRequest is made for each hop, and sent once it is connected (aiohttp 3.9 and later).
        self._attach(module, "ClientRequest", "send", _sending)

    def _attach(self, module: ModuleType, kind: str, method: str, make: Any) -> None:
        try:
            self._patches.replace(getattr(module, kind), method, make(self._baggage))
        except Exception as error:
            contain(error, cause=f"attaching to {module.__name__}")


def _ending_headers(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        def endheaders(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                header = baggage.header_for(_host_of(self))
                if header is not None:
                    self.putheader(HEADER, header)
            except Exception as error:
                contain(error, cause="sending baggage")
            try:
                return original(self, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = endheaders.__code__
        return functools.wraps(original)(endheaders)

    return make


def _host_of(connection: Any) -> str | None:
    """Return the host that a request of http.client is for, be there a proxy on the way or not.

    A proxy is given the whole URL, in the request line that ``putrequest`` has written first.
    """
    target: str = connection._buffer[0].decode("latin-1").split(" ")[1]
    if "://" in target.partition("?")[0]:
        return urlsplit(target).hostname
    host: str | None = getattr(connection, "_tunnel_host", None) or connection.host
    return host


def _handling(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            before = _add_to_httpx(request, baggage)
            try:
                return original(self, request)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                # A redirect copies the headers of the request, and may lead to a host that is not on the list.
                if before is not None:
                    request.headers = before

        ours = handle_request.__code__
        return functools.wraps(original)(handle_request)

    return make


def _handling_async(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            before = _add_to_httpx(request, baggage)
            try:
                return await original(self, request)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if before is not None:
                    request.headers = before

        ours = handle_async_request.__code__
        return functools.wraps(original)(handle_async_request)

    return make


def _add_to_httpx(request: Any, baggage: Baggage) -> Any:
    """Return the headers that a request had, after adding ours; None where none was added."""
    try:
        header = baggage.header_for(request.url.host)
        if header is None:
            return None
        before = request.headers
        headers = before.copy()
        own = before.get(HEADER)
        headers[HEADER] = f"{own},{header}" if own else header
        request.headers = headers
    except Exception as error:
        contain(error, cause="sending baggage")
        return None
    return before


def _sending(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        async def send(self: Any, *args: Any, **kwargs: Any) -> Any:
            before = _add_to_aiohttp(self, baggage)
            try:
                return await original(self, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                # A middleware of the client may send the same request again, after changing its URL.
                if before is not None:
                    self.headers = before

        ours = send.__code__
        return functools.wraps(original)(send)

    return make


def _add_to_aiohttp(request: Any, baggage: Baggage) -> Any:
    """Return the headers that a request had, after adding ours; None where none was added."""
    try:
        # CONNECT is for the proxy, though it names the host behind it.
        header = baggage.header_for(request.url.host) if request.method != "CONNECT" else None
        if header is None:
            return None
        before = request.headers
        headers = before.copy()
        headers.add(HEADER, header)
        request.headers = headers
    except Exception as error:
        contain(error, cause="sending baggage")
        return None
    return before
