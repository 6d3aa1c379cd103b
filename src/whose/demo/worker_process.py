"""The shop's Celery worker: ``python -m whose.demo.worker_process -A shop worker``, else just like ``celery``."""

from __future__ import annotations

import sys
from typing import Any

from celery.__main__ import main as celery
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from whose.demo.tracing import say_ready, start_tracing


def main() -> None:
    """Become the worker, with OpenTelemetry in each process of its pool."""

    def start(**_: Any) -> None:
        provider = start_tracing()
        worker_process_shutdown.connect(lambda **_: provider.shutdown(), weak=False)

    worker_process_init.connect(start, weak=False)
    worker_ready.connect(lambda **_: say_ready(), weak=False)
    sys.argv[0] = "celery"
    celery()


if __name__ == "__main__":
    main()
