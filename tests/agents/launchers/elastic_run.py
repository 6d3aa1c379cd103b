"""Run a program with Elastic's agent set up as its documentation shows: ``elastic_run.py celery celery -A ...``."""

from __future__ import annotations

import shutil
import sys
from runpy import run_path


def register_with_celery() -> None:
    """Start a client of its own for the tasks of this process (elasticapm/contrib/celery)."""
    import elasticapm
    from elasticapm.contrib.celery import register_exception_tracking, register_instrumentation

    client = elasticapm.Client()
    register_exception_tracking(client)
    register_instrumentation(client)


def main(kind: str, program: str, arguments: list[str]) -> None:
    """Register, then become the program; Django finds the agent among its apps."""
    path = program if program.endswith(".py") else shutil.which(program)
    if path is None:
        sys.exit(f"{program} is not on PATH")
    if {"gevent", "eventlet"}.intersection(arguments):
        # The client starts threads: not before they are patched, which Celery does as it starts.
        import celery

        celery.maybe_patch_concurrency([path, *arguments])
    if kind == "celery":
        register_with_celery()
    sys.argv = [path, *arguments]
    run_path(path, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
