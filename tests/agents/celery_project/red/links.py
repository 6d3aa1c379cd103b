"""Tasks that come after others, on success and on failure."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from flavours import trail


@shared_task
def on_success(result: Any) -> None:
    trail.ran("red.links.on_success")


@shared_task
def on_error_by_id(task_id: str) -> None:
    """Be sent as a task, the old way: the error callback that takes one argument."""
    trail.ran("red.links.on_error_by_id")


@shared_task
def on_error(request: Any, error: Exception, traceback: Any) -> None:
    """Be called in the worker right after the failed task, outside its transaction, inside its span."""
    trail.ran("red.links.on_error")
