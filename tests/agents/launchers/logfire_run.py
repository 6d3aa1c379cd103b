"""Run a program with Logfire and whose set up in code, either first: ``logfire_run.py whose celery -A ...``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from runpy import run_path


def start_logfire() -> None:
    """Set Logfire up without an account, so that its spans go to an OpenTelemetry collector alone."""
    import logfire
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    # Told in code: Logfire would make an exporter of its own of what the environment says.
    exporter = OTLPSpanExporter(endpoint=f"{os.environ['SIGNALS_COLLECTOR']}/v1/traces")
    logfire.configure(
        send_to_logfire=False,
        console=False,
        metrics=False,
        additional_span_processors=[SimpleSpanProcessor(exporter)],
    )
    logfire.instrument_celery()
    logfire.instrument_requests()
    logging.getLogger().addHandler(logfire.LogfireLoggingHandler())


def main(first: str, program: str, arguments: list[str]) -> None:
    """Set both up, then become the program; whose being first, Logfire follows in the pool's processes."""
    import whose

    if first == "whose":
        whose.install()
    if "worker" in arguments and first == "whose":
        from celery.signals import worker_process_init

        worker_process_init.connect(lambda **_: start_logfire(), weak=False)
    else:
        start_logfire()
    if "worker" not in arguments:
        import logfire

        logfire.instrument_django()
    if first == "logfire":
        whose.install()
    path = str(Path(sys.executable).with_name(program))
    sys.argv = [path, *arguments]
    run_path(path, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
