"""A second app in the same process, with tasks and a result backend of its own."""

from __future__ import annotations

import os

from celery import Celery

app = Celery(
    "second",
    broker=os.environ["FLAVOURS_REDIS"],
    backend="flavours.unlocking:UnlockingBackend+" + os.environ["FLAVOURS_REDIS"],
    set_as_current=False,
)
app.conf.update(task_default_queue="second", result_chord_retry_interval=0.1, broker_connection_retry_on_startup=True)

import blue.second  # noqa: E402
import red.second  # noqa: E402

__all__ = ["app", "blue", "red"]
