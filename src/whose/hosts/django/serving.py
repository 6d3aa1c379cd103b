"""Gives each request its owner: when it begins, when its view is found, when it ends without one, when it fails."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from contextvars import Token, copy_context
from dataclasses import dataclass, replace
from logging import LogRecord
from types import FunctionType
from typing import Any, Protocol

from whose.attribution import Attributor, _get, _set
from whose.baggage import HEADER, Baggage
from whose.entrances import Entrance, Origin, Scope
from whose.errors import contain
from whose.hosts.django.commands import KIND as COMMAND
from whose.hosts.django.streaming import own_stream
from whose.hosts.django.views import ViewOwners, is_claimed
from whose.index import Subject
from whose.model import Attribution, Ownership
from whose.sources.declared import declared_on

KIND = "request"
#: Why a request has the owner that it has, where no view decided; the closed list of this host is in views.py too.
NO_VIEW = "no_view"
MIDDLEWARE = "middleware"

#: Where a request keeps its Scope, and the entrance of the middleware that it has come to.
SCOPE = "_whose_scope"
REACHED = "_whose_reached"


class Served(Protocol):
    """A loaded middleware, which hands its requests to whatever is installed."""

    def serve(self, requests: Requests | None) -> None: ...


@dataclass(slots=True)
class _Current:
    requests: Requests | None = None
    when_used: Callable[[], None] | None = None


_current_serving = _Current()
_loaded: weakref.WeakSet[Any] = weakref.WeakSet()


def begin_serving(requests: Requests, *, when_used: Callable[[], None]) -> None:
    """Hand the requests of every middleware to ``requests``; ``when_used`` is called whenever one is loaded."""
    _current_serving.requests, _current_serving.when_used = requests, when_used
    for middleware in list(_loaded):
        middleware.serve(requests)


def end_serving() -> None:
    """Let every middleware pass its requests on untouched."""
    _current_serving.requests = _current_serving.when_used = None
    for middleware in list(_loaded):
        middleware.serve(None)


def join(middleware: Served) -> None:
    """Serve a middleware from now on."""
    _loaded.add(middleware)
    if _current_serving.when_used is not None:
        _current_serving.when_used()
    middleware.serve(_current_serving.requests)


class Requests:
    """Attributes the requests of one installation."""

    def __init__(self, attributor: Attributor) -> None:
        self.attributor = attributor
        self.meter = attributor.meter
        # Whoever sends a request is asked for only where some senders are believed.
        self._views = ViewOwners(attributor, kind=KIND, has_usual=not attributor.baggage_from)
        #: What is known of views, by id.
        self.known = self._views.known
        self._no_view: Entrance | None = None
        #: What nearly every request without a view gets, once it is known; never set where senders are believed.
        self._usual: Attribution | None = None
        self._baggage = Baggage(attributor, taken_from=attributor.baggage_from) if attributor.baggage_from else None

    def begin(self, request: Any) -> Token[Any] | None:
        """Make the request the running work; its owner follows when the view is found.

        Return None where it is that already: the middleware may be listed twice, under its name for compatibility too.
        """
        outer = _get()
        if outer is not None:
            if getattr(request, SCOPE, None) is outer:
                return None
            if isinstance(outer, Attribution) and outer.work.kind == COMMAND:
                # A command that serves requests is not what asks for them.
                outer = None
        scope = request._whose_scope = Scope(outer, copy_context())
        return _set(scope)

    def find(self, request: Any, view: Any, scope: Scope) -> None:
        """Give a request that a view is about to serve its owner, and tell the sinks."""
        origin = self._origin_of(request) if scope.outer is None else None
        scope.attribution = attribution = self._views.entrance(view, request).attribution(scope.outer, origin)
        self.attributor.record(attribution)

    def end(self, request: Any, response: Any) -> None:
        """Settle what no view served, and have the code that makes a stream run as the request's work; contained."""
        try:
            scope: Scope = request._whose_scope
            if scope.attribution is None:
                attribution = self._usual if scope.outer is None and getattr(request, REACHED, None) is None else None
                if attribution is None:
                    attribution = self._without_view(request, scope)
                scope.attribution = attribution
                if scope.outer is None:
                    self.attributor.record_outermost(attribution)
                else:
                    self.attributor.record(attribution)
            if response.streaming:
                own_stream(response, scope, failed=self.attributor.failed)
        except Exception as error:
            contain(error, cause="the end of a request")

    def settle(self, request: Any, scope: Scope) -> Attribution:
        """Record the owner of a request that fails before a view was found, and return the attribution."""
        attribution = scope.attribution = self._without_view(request, scope)
        self.attributor.record(attribution)
        return attribution

    def close(self, request: Any) -> None:
        """Hand out what the request cost, where costs are kept."""
        self.attributor.stop_metering(vars(request).pop("_whose_metering", None))

    def start_metering(self, request: Any) -> None:
        """Begin to keep the costs of a request; contained."""
        try:
            request._whose_metering = self.meter.start(None) if self.meter is not None else None
        except Exception as error:
            contain(error, cause="metering")

    def failed(self, sender: object, request: Any = None, **_: object) -> None:
        """Receive Django's signal ``got_request_exception``: tell who is at fault, once for each exception."""
        try:
            error = sys.exc_info()[1]
            scope = getattr(request, SCOPE, None)
            if not isinstance(error, Exception) or type(scope) is not Scope:
                return
            # With DEBUG_PROPAGATE_EXCEPTIONS each middleware on the way out sends the signal again.
            if vars(request).get("_whose_failed") == id(error):
                return
            request._whose_failed = id(error)
            self.attributor.failed(scope.attribution or self.settle(request, scope), error)
        except Exception as error:
            contain(error, cause="finding who is at fault for a request")

    def owner_of(self, thing: object) -> Ownership | None:
        """Return the Ownership of a view where more than its own code decides; None for anything else."""
        return self._views.owner_of(thing)

    def attribution_of_record(self, record: LogRecord) -> Attribution | None:
        """Return the attribution of the request that a log record is about; None where it is about none."""
        request = vars(record).get("request")
        scope = getattr(request, SCOPE, None)
        if type(scope) is not Scope:
            return None
        return scope.attribution or self._without_view(request, scope)

    def entrance_of_middleware(self, middleware: Any) -> Entrance | None:
        """Return the entrance of a middleware that a rule names; None where only the default would give it an owner."""
        resolver = self.attributor.resolver
        code = middleware if isinstance(middleware, FunctionType) else type(middleware)
        # A middleware that is a function closes over the handler inside it, which must not be taken for what it wraps.
        is_plain = code is middleware and declared_on(code) is None
        ownership = resolver.owner_of(code.__module__ if is_plain else code)
        if not is_claimed(ownership):
            return None
        name = f"{code.__module__}.{code.__qualname__}"
        return self.attributor.entrance(None, kind=KIND, name=name, ownership=replace(ownership, reason=MIDDLEWARE))

    def _without_view(self, request: Any, scope: Scope) -> Attribution:
        reached: Entrance | None = getattr(request, REACHED, None) or self._no_view
        if reached is None:
            index = self.attributor.resolver.index
            default = index.owner_of(Subject())
            ownership = Ownership(default.team, None, default.rule, reason=NO_VIEW)
            reached = self._no_view = self.attributor.entrance(None, kind=KIND, name=NO_VIEW, ownership=ownership)
        if self._baggage is None and self._usual is None:
            self._usual = self._no_view.attribution(None) if self._no_view is not None else None
        return reached.attribution(scope.outer, self._origin_of(request))

    def _origin_of(self, request: Any) -> Origin | None:
        """Return who asked for a request, from the baggage of a sender that is believed."""
        if self._baggage is None:
            return None
        sender = request.META.get("REMOTE_ADDR")
        return self._baggage.origin_of(request.headers.get(HEADER), sender=sender)
