"""Run a program with OpenTelemetry set up as its documentation shows: ``opentelemetry_run.py celery celery -A ...``."""

from __future__ import annotations

import shutil
import sys
from runpy import run_path
from typing import Any


def start_tracing() -> None:
    """Set up the process's tracer provider; every span leaves as it ends, so none dies with a killed process."""
    # The exporter imports sockets and locks: not before Celery has patched them for gevent or eventlet.
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def instrument_celery(arguments: list[str]) -> None:
    """Instrument Celery, in the pool's processes where it has some: a tracer provider does not belong across a fork."""
    from celery.signals import worker_init, worker_process_init

    has_processes = "worker" in arguments and not {"threads", "solo", "gevent", "eventlet"}.intersection(arguments)

    def start(**_: Any) -> None:
        from opentelemetry.instrumentation.celery import CeleryInstrumentor

        start_tracing()
        CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]

    if has_processes:
        worker_process_init.connect(start, weak=False)
    elif "worker" in arguments:
        worker_init.connect(start, weak=False)
    else:
        start()


def instrument_django() -> None:
    """Instrument Django before it reads its middleware from the settings, and Celery for tasks inside requests.

    In the parent of a forking server: without a batch there is no thread that a fork would lose.
    """
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor

    start_tracing()
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]


def main(kind: str, program: str, arguments: list[str]) -> None:
    """Instrument, then become the program."""
    if kind == "celery":
        instrument_celery(arguments)
    else:
        instrument_django()
    path = program if program.endswith(".py") else shutil.which(program)
    if path is None:
        sys.exit(f"{program} is not on PATH")
    sys.argv = [path, *arguments]
    run_path(path, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
