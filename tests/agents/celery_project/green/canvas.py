"""Tasks of green's for canvases; those of the other teams' parts stand in the same canvases."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from flavours import trail


@shared_task
def member() -> None:
    trail.ran("green.canvas.member")


@shared_task
def link_of_chain(previous: Any = None) -> int:
    trail.ran("green.canvas.link_of_chain")
    return 1


@shared_task
def header(part: int) -> int:
    trail.ran("green.canvas.header")
    return part


@shared_task
def body(parts: list[int]) -> int:
    trail.ran("green.canvas.body")
    return sum(parts)


@shared_task
def mapped(item: int) -> int:
    trail.ran("green.canvas.mapped")
    return item


@shared_task
def starmapped(x: int, y: int) -> int:
    trail.ran("green.canvas.starmapped")
    return x + y


@shared_task
def chunked(x: int, y: int) -> int:
    trail.ran("green.canvas.chunked")
    return x + y
