"""The shop's site under gunicorn: ``gunicorn -c python:whose.demo.site_process shop.wsgi``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

# What follows up to the functions are settings of gunicorn, by their names.
workers = 1
worker_class = "gthread"
threads = 2
graceful_timeout = 5
accesslog = None
control_socket_disable = True

_tracing: list[TracerProvider] = []


def post_fork(_server: Any, _worker: Any) -> None:
    """Set up OpenTelemetry in the process that serves, before it loads the application and its middleware."""
    from opentelemetry.instrumentation.django import DjangoInstrumentor

    from whose.demo.tracing import start_tracing

    _tracing.append(start_tracing())
    DjangoInstrumentor().instrument()


def post_worker_init(_worker: Any) -> None:
    """Tell the demo that the application is loaded."""
    from whose.demo.tracing import say_ready

    say_ready()


def worker_exit(_server: Any, _worker: Any) -> None:
    """Send the last spans."""
    for provider in _tracing:
        provider.shutdown()
