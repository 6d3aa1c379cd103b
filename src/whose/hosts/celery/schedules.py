"""Beat: each entry of the schedule is sent as asked for by the owner of the code that holds it."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

from celery import current_app

from whose.attribution import Attributor, _current, leave_no_frame, restore
from whose.errors import contain
from whose.model import Attribution, Ownership, Work


class Schedules:
    """Who owns the entries of beat's schedule.

    The first of these that has an owner: the module that added the entry by ``add_periodic_task``; the module that
    configures the schedule, where a rule speaks of it; the scheduled task.
    """

    def __init__(self, attributor: Attributor) -> None:
        self._attributor = attributor
        self._added_by: dict[str, str] = {}
        #: The app of the beat that runs here; entries that were kept in a file do not say whose they are.
        self.app: Any = current_app

    def adding(self, original: Any) -> Any:
        """Return what makes ``Celery.add_periodic_task`` remember which module added the entry."""

        def add_periodic_task(self_: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                key = original(self_, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            try:
                self._added_by[str(key)] = str(sys._getframe(1).f_globals.get("__name__", ""))
            except Exception as error:
                contain(error, cause="adding a periodic task")
            return key

        ours = add_periodic_task.__code__
        return functools.wraps(original)(add_periodic_task)

    def applying(self, original: Any) -> Any:
        """Return what makes beat's ``Scheduler.apply_async`` send an entry as asked for by the schedule's owner."""

        def apply_async(self_: Any, entry: Any, *args: Any, **kwargs: Any) -> Any:
            token = None
            try:
                attribution = Attribution(Work("schedule", entry.name), self._ownership(self_.app, entry))
                token = _current.set(attribution)
            except Exception as error:
                contain(error, cause="applying an entry of beat's schedule")
            try:
                return original(self_, entry, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if token is not None:
                    restore(token)

        ours = apply_async.__code__
        return functools.wraps(original)(apply_async)

    def owner_of(self, thing: object) -> Ownership | None:
        """Return the Ownership of an entry of beat's schedule; None for anything else."""
        beat = sys.modules.get("celery.beat")
        if beat is None or not isinstance(thing, beat.ScheduleEntry):
            return None
        return self._ownership(thing.app or self.app, thing)

    def _ownership(self, app: Any, entry: Any) -> Ownership:
        resolver = self._attributor.resolver
        adder = self._added_by.get(entry.name)
        if adder:
            ownership = resolver.owner_of_module(adder)
            if ownership.is_owned:
                return ownership
        holder = _module_with_schedule(app) if entry.name in app.conf.beat_schedule else None
        if holder is not None and resolver.is_claimed(holder):
            return resolver.owner_of(holder)
        task = app.tasks.get(entry.task)
        return resolver.owner_of(task if task is not None else entry.task)


def _module_with_schedule(app: Any) -> ModuleType | None:
    """Return the module that ``config_from_object`` was given where beat's schedule is a value of its; else None.

    A schedule that was assigned to ``app.conf`` does not tell where that was done.
    """
    source = app._config_source
    if isinstance(source, str):
        name, _, attribute = source.partition(":")
        module = sys.modules.get(name)
        source = getattr(module, attribute, module)
        # django.conf:settings stands for the module of settings that Django was told.
        name = getattr(source, "SETTINGS_MODULE", None) or name
    else:
        name = getattr(source, "__name__" if isinstance(source, ModuleType) else "__module__", "")
    module = sys.modules.get(name)
    schedule = app.conf.beat_schedule
    holders = [vars(holder) for holder in (module, source) if isinstance(holder, ModuleType | type)]
    return module if any(value is schedule for values in holders for value in list(values.values())) else None
