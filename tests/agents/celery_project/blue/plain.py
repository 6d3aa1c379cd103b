"""Tasks of blue's that others run, and tasks of blue's on base classes of red's."""

from __future__ import annotations

from celery import shared_task

from flavours import trail
from red import bases


@shared_task
def applied() -> None:
    trail.ran("blue.plain.applied")


@shared_task
def called() -> None:
    trail.ran("blue.plain.called")


@shared_task
def breaks() -> None:
    trail.ran("blue.plain.breaks")
    raise KeyError("caught by the caller")


@shared_task
def replacement() -> None:
    trail.ran("blue.plain.replacement")


@shared_task(base=bases.Quiet)
def on_quiet_base() -> None:
    trail.ran("blue.plain.on_quiet_base")


@shared_task(base=bases.Counting)
def on_counting_base() -> None:
    trail.ran("blue.plain.on_counting_base")


@shared_task(base=bases.Refusing)
def on_refusing_base() -> None:
    raise AssertionError("the base class should have refused")


@shared_task(base=bases.Inspecting)
def on_inspecting_base(amount: int, currency: str = "EUR") -> None:
    trail.ran("blue.plain.on_inspecting_base")
