"""Tasks whose bodies are closures: one made here, one made by green's factory around blue's handler."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from flavours import trail
from flavours.app import app
from green import factory


def task_for(region: str) -> Any:
    """Register a task that remembers a value."""

    @shared_task(name=f"blue.closures.{region}")
    def inner() -> None:
        trail.ran(f"blue.closures.{region}")

    return inner


def handle() -> None:
    trail.ran("blue.closures.handled")


north = task_for("north")
handled = factory.task_that_calls(app, "blue.closures.handled", handle)
