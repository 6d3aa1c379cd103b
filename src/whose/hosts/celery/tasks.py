"""Wraps the ``run`` of tasks, the public seam that lies inside every agent's transaction, and unwraps it again."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Reject, Retry

from whose.attribution import Attributor, Entrance, current, leave_no_frame
from whose.errors import contain
from whose.hosts.celery.origin import Origins, waited
from whose.patches import Patches

#: Exceptions by which a task tells Celery what to do next; nobody is at fault for them.
STEERING = (Retry, Ignore, Reject)
#: Tasks of Celery's own that run others inside themselves; the first owned task inside owns.
CONTAINERS = frozenset({"celery.map", "celery.starmap", "celery.chunks"})


@dataclass(slots=True)
class _Wrapped:
    task: weakref.ref[Any]
    entrance: Entrance
    #: What ``vars(task)`` had as ``run`` before us; None where the class provided it.
    own_run: Any


class WrappedTasks:
    """The tasks of this process that we wrapped.

    What is wrapped: ``task.run``, on the instance. Why there: New Relic's agent gives ``build_tracer`` a proxy that
    opens the transaction and then calls ``Task.__call__``, which calls ``self.run``
    (newrelic/hooks/application_celery.py); Celery itself wraps ``run`` so for ``autoretry_for``
    (celery/app/autoretry.py). A ``__call__`` of the task's own comes before ``run`` and need not call it, so that is
    wrapped too, on the task's class. Celery 5.3 and later.
    """

    def __init__(self, attributor: Attributor, origins: Origins) -> None:
        self._attributor = attributor
        self._origins = origins
        self._wrapped: dict[int, _Wrapped] = {}
        self._called: set[type] = set()
        self._calls = Patches()

    def entrance_of(self, task: Any) -> Entrance | None:
        """Return the entrance of a wrapped task; None for Celery's containers of tasks and for unknown tasks."""
        known = self._wrapped.get(id(task))
        return known.entrance if known is not None and known.task() is task else None

    def wrap(self, task: Any) -> None:
        """Wrap a task; one that is wrapped already, or is Celery's own, stays as it is. Contained."""
        try:
            if self.entrance_of(task) is not None:
                return
            if not is_celerys_own(task):
                self._wrap(task)
            elif task.name not in CONTAINERS:
                self._announce(task)
        except Exception as error:
            contain(error, cause="wrapping a Celery task")

    def unwrap_all(self) -> None:
        """Give every task that still lives its own ``run`` back."""
        for known in self._wrapped.values():
            task = known.task()
            if task is None:
                continue
            if known.own_run is not None:
                task.run = known.own_run
            else:
                del task.run
        self._wrapped.clear()
        self._called.clear()
        self._calls.undo()

    def _wrap(self, task: Any) -> None:
        entrance = self._attributor.entrance(task, kind="task", name=task.name)
        meter = self._attributor.meter
        attributed = partial(
            self._attributor.attributed,
            entrance=entrance,
            origin_of=self._origins.of,
            expected=STEERING,
            waited=waited if meter is not None and "queue" in meter.parts else None,
        )
        before = task.run
        known = _Wrapped(weakref.ref(task), entrance, vars(task).get("run"))
        # A bound method stays one, with the same __self__; inspect.signature() looks through both shapes.
        is_method = isinstance(before, MethodType)
        task.run = MethodType(attributed(before.__func__), before.__self__) if is_method else attributed(before)
        self._wrapped[id(task)] = known
        self._wrap_call(type(task), attributed)

    def _announce(self, task: Any) -> None:
        """Have sinks told of runs of a task of Celery's own, so that they show as a gap; no work begins with them."""
        entrance = self._attributor.entrance(task, kind="task", name=task.name)
        before = task.run

        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                if current() is None:
                    self._attributor.record(entrance.attribution(None))
            except Exception as error:
                contain(error, cause="attribution")
            try:
                return before(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = run.__code__
        known = _Wrapped(weakref.ref(task), entrance, vars(task).get("run"))
        task.run = functools.wraps(before)(run)
        self._wrapped[id(task)] = known

    def _wrap_call(self, kind: type, attributed: Callable[[Any], Any]) -> None:
        call = kind.__call__
        if kind in self._called or not isinstance(call, FunctionType) or call.__module__.startswith("celery."):
            return
        self._called.add(kind)
        self._calls.replace(kind, "__call__", attributed)


def is_celerys_own(task: Any) -> bool:
    """Tell whether a task is part of Celery, such as ``celery.starmap``, inside which the first owned task owns."""
    return isinstance(task, Task) and type(task).__module__.startswith("celery.")
