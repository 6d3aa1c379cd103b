"""Spans as the shop would send them, made by hand."""

from __future__ import annotations

from itertools import count

from whose.demo.spans import Span, Value

_numbers = count()


def request(route: str, *, status: int = 200, seconds: float = 0.01, **attributes: Value) -> Span:
    """Return a request's span."""
    return _span("SERVER", f"GET {route}", seconds, {"http.route": route, "http.status_code": status, **attributes})


def task(
    name: str, *, state: str = "SUCCESS", message: str | None = None, seconds: float = 0.01, **attributes: Value
) -> Span:
    """Return the span of a run of a task."""
    own: dict[str, Value] = {"celery.task_name": name, "celery.state": state}
    if message is not None:
        own["messaging.message.id"] = message
    return _span("CONSUMER", f"run/{name}", seconds, {**own, **attributes})


def sent(name: str, message: str) -> Span:
    """Return the span of sending a task's message."""
    own: dict[str, Value] = {"celery.task_name": name, "messaging.message.id": message}
    return _span("PRODUCER", f"apply_async/{name}", 0.001, own)


def _span(kind: str, name: str, seconds: float, attributes: dict[str, Value]) -> Span:
    number = f"{next(_numbers):016x}"
    return Span(name=name, kind=kind, attributes=attributes, trace_id=number * 2, span_id=number, seconds=seconds)
