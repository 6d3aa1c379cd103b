"""Attaches to threads, executors and processes: what a work starts belongs to it, unless it is to outlive it."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

from whose.attribution import Attributor, _current, leave_no_frame, restore
from whose.entrances import Scope
from whose.errors import contain
from whose.hosts.threads.carrying import carried, submitting
from whose.hosts.threads.greenlets import Greenlets
from whose.imports import ImportWatch
from whose.model import Attribution
from whose.patches import Patches

_get = _current.get


class ThreadsHost:
    """Carries the running work, and no other context, to where Python does not, and keeps it from where it must not go.

    asyncio tasks, ``asyncio.to_thread``, ``asgiref.sync_to_async`` and a fork carry it by themselves.
    """

    def __init__(self) -> None:
        self._patches = Patches()
        self._attributor: Attributor | None = None
        self._greenlets = Greenlets()
        self._watch: ImportWatch | None = None

    def install(self, attributor: Attributor) -> None:
        """Carry the work through executors and threads, and through those of libraries once they are imported."""
        self._attributor = attributor
        # Also what loop.run_in_executor uses unless told otherwise (asyncio/base_events.py); Python 3.11 and later.
        self._patches.replace(ThreadPoolExecutor, "submit", submitting)
        self._patches.replace(threading.Thread, "start", self._starting)
        self._watch = ImportWatch({"multiprocessing.process": self._attach_to_processes, **self._greenlets.callbacks})
        self._watch.begin()

    def uninstall(self) -> None:
        """Undo all of it."""
        if self._watch is not None:
            self._watch.end()
        self._patches.undo()
        self._greenlets.detach()
        self._attributor = self._watch = None

    def _attach_to_processes(self, module: ModuleType) -> None:
        self._patches.replace(module.BaseProcess, "start", self._starting)

    def _starting(self, original: Any) -> Any:
        def start(self_: Any) -> Any:
            token = None
            running = _get()
            if running is not None:
                try:
                    is_part = self._is_part(self_)
                    if is_part and isinstance(self_, threading.Thread):
                        _carry_to_thread(self_, running)
                    elif not is_part:
                        # A fork, and a greenlet that stands in for a thread, would take the work along.
                        token = _current.set(None)
                except Exception as error:
                    contain(error, cause="starting a thread")
            try:
                return original(self_)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if token is not None:
                    restore(token)

        ours = start.__code__
        return functools.wraps(original)(start)

    def _is_part(self, started: Any) -> bool:
        """Tell whether a thread or process is a part of the work that starts it, its code having an owner by a rule.

        Others, such as the workers of an executor or an agent's exporter that the first request happens to start, live
        on after the work and are none of it.
        """
        target = vars(started).get("_target") or type(started).run
        return self._attributor is not None and self._attributor.resolver.is_claimed(target)


def _carry_to_thread(thread: threading.Thread, running: Attribution | Scope) -> None:
    run = carried(thread.run, running)

    def run_once(*args: Any, **kwargs: Any) -> Any:
        # A thread must not hold itself alive; one that could not be started, and is once more, comes here twice.
        vars(thread).pop("run", None)
        return run(*args, **kwargs)

    thread.run = run_once  # type: ignore[method-assign]
