"""What attribution adds to a Django request, a hit and a 404, as the URL patterns grow, beside edx-django-utils."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Measured, added, in_fresh_processes, lap_of
from benchmarks.tables import Line, Row, Table

PATTERNS = (10, 200, 2_000)
OURS = "whose.hosts.django.CodeOwnerMiddleware"
PEERS = "edx_django_utils.monitoring.CodeOwnerMonitoringMiddleware"
REACH = Line(2.5)
_NAMES = {"hit": "/page-last/", "404": "/nowhere/"}


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the table."""
    figures = in_fresh_processes(measure, effort)
    rows = [
        Row(f"{kind}, {count:,} URL patterns", figures[f"{kind} {count} ours"], figures[f"{kind} {count} peer"], REACH)
        for kind in _NAMES
        for count in PATTERNS
    ]
    yield Table("A Django request: added", "us", "edx", rows)


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds."""
    from benchmarks.django_settings import choose, set_up

    set_up(ROOT_URLCONF=projects.MODULE, ALLOWED_HOSTS=["testserver"], MIDDLEWARE=[])
    from django.core.handlers.base import BaseHandler
    from django.http import HttpResponse
    from django.test import RequestFactory, override_settings
    from django.urls import path

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    code = projects.module(projects.MODULE, "def view(request): return response\nurlpatterns = []\n")
    code.response = HttpResponse()
    choose(projects.mappings(1_000))
    whose.install({"sinks": [projects.NoOpSink()], "mappings": projects.mappings(1_000)})
    measured: Measured = {}
    for count in PATTERNS:
        name = f"{projects.MODULE}_{count}"
        urls = projects.module(name, "urlpatterns = []\n")
        urls.urlpatterns = [path(f"page-{number}/", code.view) for number in range(count - 1)]
        urls.urlpatterns.append(path("page-last/", code.view))
        handlers: dict[str, Any] = {}
        for who, middleware in (("bare", []), ("ours", [OURS]), ("peer", [PEERS])):
            with override_settings(MIDDLEWARE=middleware):
                handlers[who] = BaseHandler()
                handlers[who].load_middleware()
        with override_settings(ROOT_URLCONF=name):
            for kind, target in _NAMES.items():
                make = lambda target=target: RequestFactory().get(target)  # noqa: E731
                runs = max(5, 400 // count)
                laps = {who: lap_of(handler.get_response, make=make, runs=runs) for who, handler in handlers.items()}
                times = added(laps, seconds=seconds)
                measured.update({f"{kind} {count} {who}": value for who, value in times.items()})
    whose.uninstall()
    return measured
