"""Attaches to every Celery app of this process, in whatever order apps are made, tasks imported and we installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery, signals
from celery._state import _get_active_apps, _on_app_finalizers, connect_on_app_finalize
from celery.app import amqp
from celery.app.registry import TaskRegistry

from whose.attribution import Attributor, _set, leave_no_frame
from whose.errors import contain
from whose.hosts.celery.origin import Origins, write_time, writing_header
from whose.hosts.celery.outside import Outside, while_current
from whose.hosts.celery.schedules import Schedules
from whose.hosts.celery.tasks import WrappedTasks
from whose.imitation import imitating, standing_in
from whose.patches import Patches
from whose.runtime import install_what_is_loaded

_connected: CeleryHost | None = None


class CeleryHost:
    """The host for Celery 5.3 and later."""

    def __init__(self) -> None:
        self._patches = Patches()
        self._tasks: WrappedTasks | None = None
        self._origins: Origins | None = None
        self._outside: Outside | None = None
        self._schedules: Schedules | None = None
        self._attributor: Attributor | None = None

    def install(self, attributor: Attributor) -> None:
        """Wrap the tasks that are there, and arrange for those that come later."""
        global _connected
        origins = self._origins = Origins(attributor.resolver, lost=attributor.lost)
        tasks = self._tasks = WrappedTasks(attributor, origins)
        self._outside = Outside(attributor, tasks)
        schedules = self._schedules = Schedules(attributor)
        self._attributor = attributor
        attributor.record_readers.append(self._outside.of_record)
        attributor.owner_finders += (tasks.owner_by_name, schedules.owner_of)
        # Where tasks made of functions are complete (celery/app/base.py, 5.3 and later): bound, and with autoretry.
        self._patches.replace(Celery, "_task_from_fun", _then(tasks.wrap))
        # The one door to app.tasks, for what is put there by hand. register_task() goes through it too, but binds the
        # task afterwards, and an annotation of the configuration may then give its class another run().
        self._patches.replace(TaskRegistry, "__setitem__", _setting(tasks))
        self._patches.replace(Celery, "register_task", _then(tasks.wrap_anew))
        # What every message is made as (celery/app/amqp.py, 5.3 and later); see origin.writing_header().
        self._patches.replace(amqp, "task_message", writing_header(origins))
        if attributor.meter is not None and attributor.meter.measures_queue:
            signals.before_task_publish.connect(write_time, weak=False)
        self._patches.replace(Celery, "add_periodic_task", schedules.adding)
        # For what went past all of these: look again before anything runs.
        signals.worker_init.connect(self._on_worker_init, weak=False)
        signals.beat_init.connect(self._on_beat_init, weak=False)
        _connected = self
        connect_on_app_finalize(_on_app_finalize)
        self._wrap_present()

    def uninstall(self) -> None:
        """Undo all of it."""
        global _connected
        _connected = None
        _on_app_finalizers.discard(_on_app_finalize)
        for app in list(_get_active_apps()):
            app.on_after_finalize.disconnect(_on_after_finalize)
            _break_promises(app)
        signals.before_task_publish.disconnect(write_time)
        signals.worker_init.disconnect(self._on_worker_init)
        signals.beat_init.disconnect(self._on_beat_init)
        self._patches.undo()
        if self._origins is not None:
            self._origins.close()
        if self._tasks is not None:
            self._tasks.unwrap_all(list(_get_active_apps()))
        if self._attributor is not None:
            if self._outside is not None:
                self._attributor.record_readers.remove(self._outside.of_record)
            if self._tasks is not None:
                self._attributor.owner_finders.remove(self._tasks.owner_by_name)
            if self._schedules is not None:
                self._attributor.owner_finders.remove(self._schedules.owner_of)
        self._tasks = self._origins = self._outside = self._schedules = self._attributor = None

    def wrap_registered(self, app: Any) -> None:
        """Wrap every task of an app that is registered by now, without finalizing the app."""
        if self._tasks is not None:
            self._tasks.wrap_all(list(app._tasks.values()))

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
            install_what_is_loaded()
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

    def _on_beat_init(self, sender: object = None, **_: object) -> None:
        from celery.beat import Scheduler

        try:
            install_what_is_loaded()  # an agent may have been started since
        except Exception as error:
            contain(error, cause="the start of Celery's beat")
        if self._schedules is not None:
            self._schedules.app = getattr(sender, "app", None) or self._schedules.app
            self._patches.replace(Scheduler, "apply_async", self._schedules.applying)


def _on_made(promise: Any) -> None:
    host = _connected
    if host is not None and host._tasks is not None:
        host._tasks.wrap(promise._get_current_object())


def _break_promises(app: Any) -> None:
    """Take back what waits for the tasks of an app that are still not made."""
    for promise in list(app._pending):
        try:
            waiting = object.__getattribute__(promise, "__pending__")
        except AttributeError:
            continue
        for entry in [entry for entry in waiting if entry[0] is _on_made]:
            waiting.remove(entry)


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
            try:
                task = original(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            wrap(task)
            return task

        ours = register.__code__
        return standing_in(register, original)

    return make


def _setting(tasks: WrappedTasks) -> Callable[[Any], Any]:
    """Return what makes ``TaskRegistry.__setitem__`` wrap a task that is complete already."""

    def make(original: Any) -> Any:
        def __setitem__(self: Any, name: Any, task: Any) -> None:  # noqa: N807 - stands in for it
            original(self, name, task)
            if "_decorated" not in vars(type(task)):
                tasks.wrap(task)

        return imitating(__setitem__, original)

    return make
