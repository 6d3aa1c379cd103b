"""Makes tasks for whoever brings a handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery


def task_that_calls(app: Celery, name: str, handler: Callable[[], None]) -> Any:
    """Register a task whose body is a closure of this module over the caller's function."""

    @app.task(name=name)
    def run_handler() -> None:
        handler()

    return run_handler
