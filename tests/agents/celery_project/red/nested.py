"""Tasks of red's that run tasks of others inside themselves."""

from __future__ import annotations

from celery import shared_task

import blue.plain
import green.instant
import nobody.tasks
from flavours import trail


@shared_task
def applies() -> None:
    blue.plain.applied.apply()
    trail.ran("red.nested.applies")


@shared_task
def calls() -> None:
    blue.plain.called()
    trail.ran("red.nested.calls")


@shared_task
def sends_eagerly() -> None:
    green.instant.at_once.delay()
    trail.ran("red.nested.sends_eagerly")


@shared_task
def applies_unowned() -> None:
    nobody.tasks.applied.apply()
    trail.ran("red.nested.applies_unowned")


@shared_task
def survives() -> None:
    """Catch what the nested task raises and go on."""
    try:
        blue.plain.breaks()
    except KeyError:
        trail.ran("red.nested.survives")
