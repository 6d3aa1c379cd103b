"""Run a program with Sentry's SDK set up as its documentation shows: ``sentry_run.py celery celery -A ...``."""

from __future__ import annotations

import shutil
import sys
from runpy import run_path


def main(program: str, arguments: list[str]) -> None:
    """Initialize, then become the program; the SDK finds Celery and Django by itself."""
    path = program if program.endswith(".py") else shutil.which(program)
    if path is None:
        sys.exit(f"{program} is not on PATH")
    if {"gevent", "eventlet"}.intersection(arguments):
        # The SDK's transport makes a queue and locks: not before they are patched, which Celery does as it starts.
        import celery

        celery.maybe_patch_concurrency([path, *arguments])
    import sentry_sdk

    # One thread sends. What finds its queue of 100 full is dropped, and what is left two seconds after the process was
    # to end: by default that is little, and here everything is asked at once.
    sentry_sdk.init(traces_sample_rate=1.0, transport_queue_size=10_000, shutdown_timeout=30)
    sys.argv = [path, *arguments]
    run_path(path, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3:])
