"""Sets up OpenTelemetry in a process of the shop, as OpenTelemetry's documentation shows; loaded only there."""

from __future__ import annotations

import os
from pathlib import Path

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

#: Names the file that a process of the shop makes when it is ready to work.
READY = "WHOSE_DEMO_READY"


def start_tracing() -> TracerProvider:
    """Trace this process, and what it sends and runs by Celery.

    Not before a fork: the thread that exports would stay behind. Where to, how often and how much to sample stands in
    the variables of the environment that OpenTelemetry's specification names.
    """
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    return provider


def say_ready() -> None:
    """Tell the demo that this process is ready."""
    Path(os.environ[READY]).touch()
