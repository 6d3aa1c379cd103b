"""Outgoing HTTP: tells the services that the configuration lists who asks, through http.client and httpx."""

from __future__ import annotations

import functools
import http.client
import sys
from typing import Any

from whose.attribution import Attributor, leave_no_frame
from whose.baggage import HEADER, Baggage
from whose.errors import contain
from whose.patches import Patches


class HttpHost:
    """Adds the baggage header to requests to listed hosts; attaches to nothing while no host is listed."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self, attributor: Attributor) -> None:
        """Wrap the one place in http.client, and so in urllib, urllib3 and requests, where headers end; and httpx."""
        if not attributor.baggage_to:
            return
        baggage = Baggage(attributor, to=attributor.baggage_to)
        # Per hop, so that a redirect to another host is judged anew; Python 3.11 and later.
        self._patches.replace(http.client.HTTPConnection, "endheaders", _ending_headers(baggage))
        httpx = sys.modules.get("httpx")
        if httpx is not None:
            # Transports, too, see each hop (httpx 0.24 and later).
            self._patches.replace(httpx.HTTPTransport, "handle_request", _handling(baggage))
            self._patches.replace(httpx.AsyncHTTPTransport, "handle_async_request", _handling_async(baggage))

    def uninstall(self) -> None:
        """Undo it."""
        self._patches.undo()


def _ending_headers(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        def endheaders(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                header = baggage.header_for(getattr(self, "_tunnel_host", None) or self.host)
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


def _with_header(baggage: Baggage, request: Any) -> Any:
    """Return the headers that a request had, after adding ours; None where none was added."""
    try:
        header = baggage.header_for(request.url.host)
        if header is None:
            return None
        before = request.headers
        request.headers = before.copy()
        own = before.get(HEADER)
        request.headers[HEADER] = f"{own},{header}" if own else header
    except Exception as error:
        contain(error, cause="sending baggage")
        return None
    return before


def _handling(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        @functools.wraps(original)
        def handle_request(self: Any, request: Any) -> Any:
            before = _with_header(baggage, request)
            try:
                return original(self, request)
            finally:
                # A redirect copies the headers of the request, and may lead to a host that is not on the list.
                if before is not None:
                    request.headers = before

        return handle_request

    return make


def _handling_async(baggage: Baggage) -> Any:
    def make(original: Any) -> Any:
        @functools.wraps(original)
        async def handle_async_request(self: Any, request: Any) -> Any:
            before = _with_header(baggage, request)
            try:
                return await original(self, request)
            finally:
                if before is not None:
                    request.headers = before

        return handle_async_request

    return make
