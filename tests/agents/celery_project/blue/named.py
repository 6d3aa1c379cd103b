"""Tasks whose explicit name tells nothing of their module, or something wrong."""

from __future__ import annotations

from celery import shared_task

from flavours import trail


@shared_task(name="reports.nightly")
def nightly() -> None:
    trail.ran("reports.nightly")


@shared_task(name="red.plain.only_by_name")
def misnamed() -> None:
    trail.ran("red.plain.only_by_name")
