"""The plainest tasks there are."""

from __future__ import annotations

from celery import Task, shared_task

from flavours import trail
from flavours.app import app


@app.task
def add(x: int, y: int) -> int:
    trail.ran("red.plain.add")
    return x + y


@app.task(bind=True)
def bound(self: Task) -> str:
    trail.ran(self.name)
    return str(self.request.id)


@shared_task
def shared() -> None:
    trail.ran("red.plain.shared")


@shared_task
def grouped() -> None:
    trail.ran("red.plain.grouped")


@shared_task
def chained(previous: int) -> int:
    trail.ran("red.plain.chained")
    return previous + 1


@shared_task
def header(part: int) -> int:
    trail.ran("red.plain.header")
    return part
