"""A module of red's package that blue owns: the longer prefix wins."""

from __future__ import annotations

from celery import shared_task

from flavours import trail


@shared_task
def settle() -> None:
    trail.ran("red.lent_to_blue.settle")
