"""Tasks without an owner."""

from __future__ import annotations

from celery import shared_task

import blue.plain
from flavours import trail


@shared_task
def orphan() -> None:
    trail.ran("nobody.tasks.orphan")


@shared_task
def applied() -> None:
    trail.ran("nobody.tasks.applied")


@shared_task
def applies_owned() -> None:
    """Stay without an owner though a task with one runs inside."""
    blue.plain.applied.apply()
    trail.ran("nobody.tasks.applies_owned")
