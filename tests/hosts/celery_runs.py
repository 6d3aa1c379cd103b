"""Runs tasks in this process as a worker would, and tells all that Celery makes of a run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from celery import Celery, _state
from celery.app.trace import build_tracer
from celery.result import ResultBase

from tests.hosts.celery_flavours import Way

RULES = {"mappings": {team: [f"tests.hosts.celery_teams.{team}"] for team in ("red", "blue")}}
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of a run: for whoever waits for it, and in the result backend."""

    state: str
    result: str
    traceback: str | None = None
    stored: str | None = None


@contextmanager
def fresh_app(name: str = "flavours") -> Iterator[Celery]:
    """Yield an app of its own; what it and shared tasks leave in Celery's module state is taken back."""
    finalizers, current = set(_state._on_app_finalizers), _state._tls.current_app
    app = Celery(name, broker="memory://", backend="cache+memory://", set_as_current=True)
    app.conf.task_default_queue = f"flavours-{next(_numbers)}"
    try:
        yield app
    finally:
        _state._on_app_finalizers.clear()
        _state._on_app_finalizers.update(finalizers)
        _state._tls.current_app = current
        app.close()


def outcome_of(app: Celery, thing: Any, arguments: tuple[Any, ...], *, way: Way = "traced") -> Outcome:
    """Return what comes of running a task, or a signature made of tasks."""
    if way == "traced":
        return _traced(app, thing, arguments)
    app.conf.task_always_eager = way == "sent"
    call = {"applied": thing.apply, "sent": thing.apply_async}.get(way)
    try:
        result = call(arguments) if call is not None else thing(*arguments)
    except Exception as error:
        return Outcome("RAISED", repr(error))
    if not isinstance(result, ResultBase):
        return Outcome("RETURNED", repr(result))
    return Outcome(
        str(getattr(result, "state", "")), repr(result.get(propagate=False)), getattr(result, "traceback", None)
    )


def _traced(app: Celery, task: Any, arguments: tuple[Any, ...]) -> Outcome:
    identity = f"run-{next(_numbers)}"
    request = {"id": identity, "delivery_info": {"routing_key": app.conf.task_default_queue}, "is_eager": False}
    traced = build_tracer(task.name, app.tasks[task.name], app=app)(identity, arguments, {}, request)
    info = traced.info
    meta = app.backend.get_task_meta(identity)
    return Outcome(
        state=info.state if info is not None else "SUCCESS",
        result=repr(info.retval if info is not None else traced.retval),
        traceback=getattr(traced.retval, "traceback", None),
        stored=repr((meta["status"], meta["result"], meta.get("traceback"))),
    )
