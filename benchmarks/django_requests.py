"""What attribution adds to a Django request, a hit and a 404, as the URL patterns grow, beside edx-django-utils."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, ClassVar

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Measured, added, in_fresh_processes, lap_of
from benchmarks.tables import Line, Row, Table
from whose.hosts.django import CodeOwnerMiddleware

PATTERNS = (10, 200, 2_000)
PEERS = "edx_django_utils.monitoring.CodeOwnerMonitoringMiddleware"
REACH = Line(2.5)
_NAMES = {"hit": "/page-last/", "404": "/nowhere/"}
_FEWEST = 300


class Idle:
    """Middleware that is told of the view, and does nothing: what Django itself takes for having one more."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Pass a request on."""
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Hear of the view."""


class _Timed:
    """A middleware with a clock before and behind each of its parts, so that nothing else of a request is measured.

    To scan 2,000 patterns takes 200 times as long as what we add, and varies by more than that.
    """

    kind: ClassVar[type]
    #: Microseconds in the middleware's own code, one for each request.
    taken: ClassVar[list[float]] = []

    def __init__(self, get_response: Any) -> None:
        def inner(request: Any) -> Any:
            begin = time.perf_counter_ns()
            response = get_response(request)
            self._inside = time.perf_counter_ns() - begin
            return response

        self._inside = self._at_view = 0
        self._timed = type(self).kind(inner)

    def __call__(self, request: Any) -> Any:
        self._at_view = 0
        begin = time.perf_counter_ns()
        response = self._timed(request)
        self.taken.append((time.perf_counter_ns() - begin - self._inside + self._at_view) / 1e3)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        begin = time.perf_counter_ns()
        self._timed.process_view(request, view, args, kwargs)
        self._at_view = time.perf_counter_ns() - begin


class TimedOurs(_Timed):
    """Ours, with clocks."""

    kind = CodeOwnerMiddleware


class TimedIdle(_Timed):
    """The clocks alone."""

    kind = Idle


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the table."""
    figures = in_fresh_processes(measure, effort)
    rows = [
        Row(f"{kind}, {count:,} URL patterns", figures[f"{kind} {count} ours"], figures[f"{kind} {count} peer"], REACH)
        for kind in _NAMES
        for count in PATTERNS
    ]
    rows.append(Row("  of that, what Django takes for one more middleware", figures["idle"]))
    rows += [
        Row(f"bare: a request, {kind}, {count:,}", figures[f"{kind} {count} bare"])
        for kind in _NAMES
        for count in PATTERNS
    ]
    yield Table("A Django request: added", "us", "edx", rows)


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds."""
    from benchmarks.django_settings import choose, set_up

    set_up(ROOT_URLCONF=projects.MODULE, ALLOWED_HOSTS=["testserver"], MIDDLEWARE=[])
    from django.http import HttpResponse
    from django.test import RequestFactory, override_settings
    from django.urls import path

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    # A response keeps the requests that it answers, so each gets its own.
    code = projects.module(projects.MODULE, "def view(request): return Response()\nurlpatterns = []\n")
    code.Response = HttpResponse
    choose(projects.mappings(1_000))
    whose.install({"sinks": [projects.NoOpSink()], "mappings": projects.mappings(1_000)})
    measured: Measured = {}
    for count in PATTERNS:
        name = f"{projects.MODULE}_{count}"
        urls = projects.module(name, "urlpatterns = []\n")
        urls.urlpatterns = [path(f"page-{number}/", code.view) for number in range(count - 1)]
        urls.urlpatterns.append(path("page-last/", code.view))
        handlers = {who: _handler(middleware) for who, middleware in _MIDDLEWARE.items()}
        with override_settings(ROOT_URLCONF=name):
            for kind, target in _NAMES.items():
                make = lambda target=target: RequestFactory().get(target)  # noqa: E731
                runs = max(5, 400 // count)
                laps = {
                    who: lap_of(handlers[who].get_response, make=make, runs=runs) for who in ("bare", "idle", "peer")
                }
                times = added(laps, seconds=seconds)
                if "idle" not in measured:
                    # Taken from the shortest request, beside which it can still be seen.
                    measured["idle"] = times["idle"]
                measured[f"{kind} {count} bare"] = times["bare"]
                measured[f"{kind} {count} peer"] = times["peer"]
                own = _own_time(handlers, make, seconds=seconds)
                measured[f"{kind} {count} ours"] = own + measured["idle"]
    whose.uninstall()
    return measured


_MIDDLEWARE = {
    "bare": (),
    "idle": ("benchmarks.django_requests.Idle",),
    "peer": (PEERS,),
    "timed ours": ("benchmarks.django_requests.TimedOurs",),
    "timed idle": ("benchmarks.django_requests.TimedIdle",),
}


def _handler(middleware: tuple[str, ...]) -> Any:
    from django.core.handlers.base import BaseHandler
    from django.test import override_settings

    with override_settings(MIDDLEWARE=list(middleware)):
        handler = BaseHandler()
        handler.load_middleware()
    return handler


def _own_time(handlers: Any, make: Callable[[], Any], *, seconds: float) -> float:
    """Return the microseconds of our middleware's own code beyond those of one that does nothing, both with clocks."""
    found: dict[str, list[float]] = {"timed ours": [], "timed idle": []}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(found["timed idle"]) < _FEWEST:
        for name, times in found.items():
            _Timed.taken.clear()
            handlers[name].get_response(make())
            times.extend(_Timed.taken)
    return median(found["timed ours"]) - median(found["timed idle"])
