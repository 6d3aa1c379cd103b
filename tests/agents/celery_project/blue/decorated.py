"""Tasks of blue's under decorators of green's."""

from __future__ import annotations

from celery import shared_task

from flavours import trail
from green import decorators


@shared_task(name="blue.decorated.politely")
@decorators.polite
def politely() -> None:
    trail.ran("blue.decorated.politely")


@shared_task(name="blue.decorated.rudely")
@decorators.rude
def rudely() -> None:
    trail.ran("blue.decorated.rudely")


@shared_task(name="blue.decorated.twice")
@decorators.polite
@decorators.rude
def twice() -> None:
    trail.ran("blue.decorated.twice")


@shared_task(name="blue.decorated.with_argument")
@decorators.rude_with_argument(3)
def with_argument() -> None:
    trail.ran("blue.decorated.with_argument")


@decorators.reliable_task("blue.decorated.reliably")
def reliably() -> None:
    trail.ran("blue.decorated.reliably")
