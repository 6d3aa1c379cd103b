"""Has Sentry's cron monitors name the owner of the entry of beat's schedule that they watch."""

from __future__ import annotations

import functools
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from whose.errors import contain
from whose.imports import ImportWatch
from whose.interface import owner_of
from whose.patches import Patches

#: The contact of a team that names it to Sentry's monitors: ``team:4501``.
CONTACT = "sentry"
_CAUSE = "the owner of a monitor of Sentry's"
#: The entry whose monitor is being described.
_entry: ContextVar[Any] = ContextVar("whose_sentry_entry", default=None)


class Monitors:
    """Adds the owner to what Sentry's integration tells of a monitor, whenever that integration is imported."""

    def __init__(self) -> None:
        self._patches = Patches()
        self._watch = ImportWatch({"sentry_sdk.integrations.celery.beat": self._attach})

    def install(self) -> None:
        """Attach to the integration, now or once it is imported."""
        self._watch.begin()

    def uninstall(self) -> None:
        """Undo it."""
        self._watch.end()
        self._patches.undo()

    def _attach(self, beat: ModuleType) -> None:
        try:
            # The one place where a monitor is described, in all versions 2; it is told only the name of the entry.
            self._patches.replace(beat, "_get_monitor_config", functools.partial(_describing, beat))
            # What asks for that, from 2.10 on at the latest; it has the entry, which the configuration need not know.
            self._patches.replace(beat, "_apply_crons_data_to_schedule_entry", _remembering)
        except Exception as error:
            contain(error, cause=f"attaching to {beat.__name__}")


def _remembering(original: Any) -> Any:
    @functools.wraps(original)
    def _apply_crons_data_to_schedule_entry(scheduler: Any, schedule_entry: Any, *args: Any) -> Any:
        token = _entry.set(schedule_entry)
        try:
            return original(scheduler, schedule_entry, *args)
        finally:
            _entry.reset(token)

    return _apply_crons_data_to_schedule_entry


def _describing(beat: Any, original: Any) -> Any:
    @functools.wraps(original)
    def _get_monitor_config(celery_schedule: Any, app: Any, monitor_name: str, *args: Any) -> Any:
        config = original(celery_schedule, app, monitor_name, *args)
        try:
            if config and "owner" not in config:
                entry = _entry.get() or _configured(beat, app, monitor_name)
                team = owner_of(entry).team if entry is not None else None
                if team is not None and CONTACT in team.contacts:
                    config["owner"] = team.contacts[CONTACT]
        except Exception as error:
            contain(error, cause=_CAUSE)
        return config

    return _get_monitor_config


def _configured(beat: Any, app: Any, name: str) -> Any:
    """Return the entry that the configuration has under a name, made as celery.beat makes it; else None."""
    entry = app.conf.beat_schedule.get(name)
    return beat.Scheduler.Entry(**{**entry, "name": name, "app": app}) if entry is not None else None
