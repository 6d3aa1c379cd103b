"""The Celery app of both programs; with OUTSIDE_ATTRIBUTED, the log, the metrics and whose are set up too."""

from __future__ import annotations

import logging
import os

from celery import Celery, signals
from pythonjsonlogger.json import JsonFormatter


def log(**_: object) -> None:
    """Write every record as a line of JSON to the file of this program."""
    handler = logging.FileHandler(os.environ["OUTSIDE_LOG"])
    handler.setFormatter(JsonFormatter("%(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def export_metrics() -> None:
    """Send OpenTelemetry's metrics where its traces go."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.metrics import set_meter_provider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=500)]))


app = Celery("outside", broker=os.environ["OUTSIDE_REDIS"], backend=os.environ["OUTSIDE_REDIS"], set_as_current=True)
app.conf.worker_hijack_root_logger = False
signals.setup_logging.connect(log)

if "OUTSIDE_ATTRIBUTED" in os.environ:
    import whose

    whose.install()
    if "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ:
        export_metrics()

import outside_red.tasks  # noqa: E402, F401
