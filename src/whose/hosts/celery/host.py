"""Attaches to every Celery app of this process, in whatever order apps are made, tasks imported and we installed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celery import Celery, signals
from celery._state import _get_active_apps, _on_app_finalizers, connect_on_app_finalize

from whose.attribution import Attributor, _set
from whose.errors import contain
from whose.hosts.celery.origin import Origins, Schedules, sending
from whose.hosts.celery.outside import Outside, while_current
from whose.hosts.celery.tasks import WrappedTasks
from whose.patches import Patches
from whose.runtime import install

_connected: CeleryHost | None = None


class CeleryHost:
    """The host for Celery 5.3 and later."""

    def __init__(self) -> None:
        self._patches = Patches()
        self._tasks: WrappedTasks | None = None
        self._outside: Outside | None = None
        self._schedules: Schedules | None = None
        self._attributor: Attributor | None = None

    def install(self, attributor: Attributor) -> None:
        """Wrap the tasks that are there, and arrange for those that come later."""
        global _connected
        origins = Origins(attributor.resolver, lost=attributor.lost)
        tasks = self._tasks = WrappedTasks(attributor, origins)
        self._outside = Outside(attributor, tasks)
        self._schedules = Schedules(attributor)
        self._attributor = attributor
        # Later registrations end in one of these two (celery/app/base.py, 5.3 and later); the task is bound by then.
        self._patches.replace(Celery, "_task_from_fun", _then(tasks.wrap))
        self._patches.replace(Celery, "register_task", _then(tasks.wrap))
        with_time = attributor.meter is not None and "queue" in attributor.meter.parts
        # The one door through which every message goes; see origin.sending().
        self._patches.replace(Celery, "send_task", sending(origins, with_time=with_time))
        self._patches.replace(Celery, "add_periodic_task", self._schedules.adding)
        # For what is put into app.tasks by hand, which neither method sees: look again before anything runs.
        signals.worker_init.connect(self._on_worker_init, weak=False)
        signals.beat_init.connect(self._on_beat_init, weak=False)
        signals.beat_embedded_init.connect(self._on_beat_init, weak=False)
        _connected = self
        connect_on_app_finalize(_on_app_finalize)
        attributor.record_readers.append(self._outside.of_record)
        self._wrap_present()

    def uninstall(self) -> None:
        """Undo all of it."""
        global _connected
        _connected = None
        _on_app_finalizers.discard(_on_app_finalize)
        for app in list(_get_active_apps()):
            app.on_after_finalize.disconnect(_on_after_finalize)
        signals.worker_init.disconnect(self._on_worker_init)
        signals.beat_init.disconnect(self._on_beat_init)
        signals.beat_embedded_init.disconnect(self._on_beat_init)
        self._patches.undo()
        if self._tasks is not None:
            self._tasks.unwrap_all()
        if self._attributor is not None and self._outside is not None:
            self._attributor.record_readers.remove(self._outside.of_record)
        self._tasks = self._outside = self._schedules = self._attributor = None

    def wrap_registered(self, app: Any) -> None:
        """Wrap every task of an app that is registered by now, without finalizing the app."""
        if self._tasks is not None:
            for task in list(app._tasks.values()):
                self._tasks.wrap(task)

    def wrap_promised(self, app: Any) -> None:
        """Have every task of an app wrapped that was declared but not made yet, once it is made.

        Making one calls the ``_task_from_fun`` that the app had when the task was declared (``Celery.task`` in
        celery/app/base.py), and need not finalize the app.
        """
        for promise in list(app._pending):
            promise.__then__(_on_made, promise)

    def _wrap_present(self) -> None:
        for app in list(_get_active_apps()):
            try:
                self.wrap_registered(app)
                self.wrap_promised(app)
            except Exception as error:
                contain(error, cause="wrapping the tasks of a Celery app")

    def _on_worker_init(self, **_: object) -> None:
        try:
            # An agent may have been started since; a command that starts a worker is none of the tasks' work.
            install()
            _set(None)
        except Exception as error:
            contain(error, cause="the start of a Celery worker")
        self._wrap_present()
        try:
            self._watch_worker()
        except Exception as error:
            contain(error, cause="watching the Celery worker")

    def _watch_worker(self) -> None:
        from celery.worker.consumer.consumer import Consumer
        from celery.worker.request import Request

        outside = self._outside
        if outside is None:
            return
        self._patches.replace(Request, "on_timeout", while_current(outside.of_timeout))
        self._patches.replace(Request, "on_failure", while_current(outside.of_failure))
        self._patches.replace(Consumer, "on_unknown_task", while_current(outside.of_unknown))
        self._patches.replace(Consumer, "on_decode_error", while_current(outside.of_undecodable))
        self._patches.replace(Consumer, "on_invalid_task", while_current(outside.of_invalid))

    def _on_beat_init(self, **_: object) -> None:
        from celery.beat import Scheduler

        if self._schedules is not None:
            self._patches.replace(Scheduler, "apply_async", self._schedules.applying)


def _on_made(promise: Any) -> None:
    host = _connected
    if host is not None and host._tasks is not None:
        host._tasks.wrap(promise._get_current_object())


def _on_app_finalize(app: Any) -> None:
    """Have the tasks of an app looked at again once it is finalized, which ``on_after_finalize`` tells."""
    host = _connected
    if host is not None:
        app.on_after_finalize.connect(_on_after_finalize, weak=False)


def _on_after_finalize(sender: Any, **_: object) -> None:
    host = _connected
    if host is not None:
        host.wrap_registered(sender)


def _then(wrap: Callable[[Any], None]) -> Callable[[Any], Any]:
    """Return what makes a method that registers a task hand the task on once it is registered."""

    def make(original: Any) -> Any:
        def register(*args: Any, **kwargs: Any) -> Any:
            task = original(*args, **kwargs)
            wrap(task)
            return task

        return functools.wraps(original)(register)

    return make
