"""Wraps the ``run`` of tasks, the public seam that lies inside every agent's transaction, and unwraps it again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, MappingProxyType, MethodType
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Reject, Retry
from celery.local import Proxy

from whose.attribution import Attributor, current, leave_no_frame
from whose.entrances import Entrance
from whose.errors import contain
from whose.hosts.celery.origin import Origins, waited
from whose.imitation import imitating
from whose.model import Ownership, Work
from whose.patches import Patches

#: Where a task keeps its entrance: beside ``run``, in a dict that has room for it.
ENTRANCE = "_whose_entrance"
#: Exceptions by which a task tells Celery what to do next; nobody is at fault for them.
STEERING = (Retry, Ignore, Reject)
#: Tasks of Celery's own that run others inside themselves; the first owned task inside owns.
CONTAINERS = frozenset({"celery.map", "celery.starmap", "celery.chunks"})

_NO_CALLS: Mapping[FunctionType, Callable[..., Any]] = MappingProxyType({})


class TaskEntrance(Entrance):
    """The entrance of one task. It lives as long as the task, whose ``run`` holds it, and keeps no task alive."""

    __slots__ = ("calls", "own_run", "run")
    thing: Any

    def __init__(self, attributor: Attributor, task: Any) -> None:
        super().__init__(attributor.resolver, Work("task", task.name), task)
        #: What ``vars(task)`` had as ``run`` before us; None where the class provided it.
        self.own_run: Any = vars(task).get("run")
        #: What we put there.
        self.run: Any = None
        #: The task's attributed ``__call__``, by the function that some class provides; few have one.
        self.calls: Mapping[FunctionType, Callable[..., Any]] = _NO_CALLS


class WrappedTasks:
    """The tasks of this process that we wrapped.

    What is wrapped: ``task.run``, on the instance. Why there: New Relic's agent gives ``build_tracer`` a proxy that
    opens the transaction and then calls ``Task.__call__``, which calls ``self.run``
    (newrelic/hooks/application_celery.py); Celery itself wraps ``run`` so for ``autoretry_for``
    (celery/app/autoretry.py). A ``__call__`` of the task's own comes before ``run`` and need not call it, so that is
    wrapped too, on the class that defines it. Celery 5.3 and later.
    """

    def __init__(self, attributor: Attributor, origins: Origins) -> None:
        self._attributor = attributor
        meter = attributor.meter
        self._attributed = attributor.attributing(
            origin_of=origins.of,
            expected=STEERING,
            waited=waited if meter is not None and meter.measures_queue else None,
        )
        self._calling: set[type] = set()
        self._calls = Patches()

    def entrance_of(self, task: Any) -> TaskEntrance | None:
        """Return the entrance of a wrapped task; None for Celery's containers of tasks and for unknown tasks."""
        known = vars(task).get(ENTRANCE)
        # A copy of a task brings the entrance along; so does a task that was out of reach at an earlier uninstall().
        is_its_own = known is not None and known.thing is task and known.resolver is self._attributor.resolver
        return known if is_its_own else None

    def owner_by_name(self, thing: object) -> Ownership | None:
        """Return the Ownership of a task where there are rules about the names of tasks; None for anything else."""
        if not self._attributor.resolver.index.needs_names or not isinstance(thing, Task) or not thing.name:
            return None
        return self._attributor.resolver.owner_of_entry(thing, task=thing.name)

    def wrap(self, task: Any) -> None:
        """Wrap a task; one that is wrapped already, or is Celery's own, stays as it is. Contained."""
        try:
            # A proxy is not looked into, which would make its task too early; the task itself comes here when made.
            if not self._attributor.is_open or issubclass(type(task), Proxy) or self.entrance_of(task) is not None:
                return
            if not is_celerys_own(task):
                self._wrap(task)
            elif task.name not in CONTAINERS:
                self._announce(task)
        except Exception as error:
            contain(error, cause="wrapping a Celery task")

    def wrap_all(self, tasks: Iterable[Any]) -> None:
        """Wrap many tasks, putting garbage collection off meanwhile.

        So much made at once sets off collections that look at the whole program, several times, and find nothing, since
        what is made here stays: for 10,000 tasks they took twice as long as the wrapping.
        """
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            for task in tasks:
                self.wrap(task)
        finally:
            if was_enabled:
                gc.enable()

    def wrap_anew(self, task: Any) -> None:
        """Wrap a task once more, whose class may have got another ``run`` since it was wrapped. Contained."""
        try:
            known = self.entrance_of(task)
            if known is not None and vars(task).get("run") is known.run:
                self._unwrap(known)
        except Exception as error:
            contain(error, cause="unwrapping a Celery task")
        self.wrap(task)

    def unwrap_all(self, apps: Iterable[Any]) -> None:
        """Give every task that some app still knows its own ``run`` back; with another, ours does nothing any more."""
        for app in apps:
            for task in list(app._tasks.values()):
                known = self.entrance_of(task) if not issubclass(type(task), Proxy) else None
                if known is not None:
                    self._unwrap(known)
        self._calling.clear()
        self._calls.undo()

    def _unwrap(self, known: TaskEntrance) -> None:
        task = known.thing
        vars(task).pop(ENTRANCE, None)
        if vars(task).get("run") is not known.run:
            return  # somebody has put a wrapper of their own around ours, as Sentry does; theirs must stay
        if known.own_run is not None:
            task.run = known.own_run
        else:
            del task.run

    def _wrap(self, task: Any) -> None:
        entrance = TaskEntrance(self._attributor, task)
        before = task.run
        # A bound method stays one, with the same __self__; inspect.signature() looks through both shapes.
        if isinstance(before, MethodType):
            run: Any = MethodType(self._attributed(before.__func__, entrance), before.__self__)
        else:
            run = self._attributed(before, entrance)
        self._put(run, entrance)
        self._wrap_call(type(task))

    def _put(self, run: Any, entrance: TaskEntrance) -> None:
        task = entrance.thing
        task.run = entrance.run = run
        vars(task)[ENTRANCE] = entrance

    def _announce(self, task: Any) -> None:
        """Have sinks told of runs of a task of Celery's own, so that they show as a gap; no work begins with them."""
        entrance = TaskEntrance(self._attributor, task)
        before = task.run

        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                if self._attributor.is_open and current() is None:
                    self._attributor.record(entrance.attribution(None))
            except Exception as error:
                contain(error, cause="attribution")
            try:
                return before(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = run.__code__
        self._put(imitating(run, before), entrance)

    def _wrap_call(self, kind: type) -> None:
        """Wrap the ``__call__`` of a task's class where some class other than Celery's defines one."""
        if kind.__call__ is Task.__call__:
            return
        definer = next(base for base in kind.__mro__ if "__call__" in vars(base))
        call = vars(definer)["__call__"]
        if definer in self._calling or not isinstance(call, FunctionType) or call.__module__.startswith("celery."):
            return
        self._calling.add(definer)
        self._calls.replace(definer, "__call__", self._calling_attributed)

    def _calling_attributed(self, original: FunctionType) -> Callable[..., Any]:
        """Return a ``__call__`` that is attributed to the very task that is called: classes may share one."""

        def __call__(task: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - stands in for it
            call: Callable[..., Any] = original
            try:
                entrance = self.entrance_of(task)
                if entrance is not None:
                    call = entrance.calls.get(original) or self._attributed(original, entrance)
                    entrance.calls = {**entrance.calls, original: call}
            except Exception as error:
                contain(error, cause="attribution")
            try:
                return call(task, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = __call__.__code__
        return imitating(__call__, original)


def is_celerys_own(task: Any) -> bool:
    """Tell whether a task is part of Celery, such as ``celery.starmap``, inside which the first owned task owns."""
    return isinstance(task, Task) and type(task).__module__.startswith("celery.")
