"""A task that puts another in its place."""

from __future__ import annotations

from celery import Task, shared_task

import blue.plain
from flavours import trail


@shared_task(bind=True)
def replaced(self: Task) -> None:
    trail.ran(self.name)
    self.replace(blue.plain.replacement.si())
