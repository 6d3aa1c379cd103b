"""Threads, executors and greenlets: what is started from a work still belongs to it."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from whose.attribution import Attributor, Scope, _current, leave_no_frame, restore
from whose.errors import contain
from whose.model import Attribution
from whose.patches import Patches

_get = _current.get


class ThreadsHost:
    """Carries the running work, and no other context, to where Python does not.

    asyncio tasks, ``asyncio.to_thread``, ``asgiref.sync_to_async`` and a fork carry it by themselves.
    """

    def __init__(self) -> None:
        self._patches = Patches()
        self._attributor: Attributor | None = None
        self._gevent: Any = None

    def install(self, attributor: Attributor) -> None:
        """Carry the work through executors and threads, and through the greenlets of libraries that are loaded."""
        self._attributor = attributor
        # Also what loop.run_in_executor uses unless told otherwise (asyncio/base_events.py); Python 3.11 and later.
        self._patches.replace(ThreadPoolExecutor, "submit", self._submitting)
        self._patches.replace(threading.Thread, "start", self._starting)
        gevent = sys.modules.get("gevent")
        if gevent is not None:
            # A greenlet starts in an empty context; the callback runs in its creator (gevent 1.3 and later).
            self._gevent = gevent.Greenlet
            self._gevent.add_spawn_callback(_carry_to_greenlet)
        greenthread = sys.modules.get("eventlet.greenthread")
        if greenthread is not None:
            self._patches.replace(greenthread.GreenThread, "__init__", _making_green_thread)

    def uninstall(self) -> None:
        """Undo all of it."""
        self._patches.undo()
        if self._gevent is not None:
            self._gevent.remove_spawn_callback(_carry_to_greenlet)
        self._attributor = self._gevent = None

    def _submitting(self, original: Any) -> Any:
        def submit(self_: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            running = _get()
            return original(self_, fn if running is None else carried(fn, running), *args, **kwargs)

        return functools.wraps(original)(submit)

    def _starting(self, original: Any) -> Any:
        def start(self_: threading.Thread) -> Any:
            running = _get()
            if running is not None:
                try:
                    self._carry_to_thread(self_, running)
                except Exception as error:
                    contain(error, cause="starting a thread")
            return original(self_)

        return functools.wraps(original)(start)

    def _carry_to_thread(self, thread: threading.Thread, running: Attribution | Scope) -> None:
        """Have a thread run as a part of the work that starts it, if it runs code that somebody owns by a rule.

        Others, such as the workers of an executor or an agent's exporter that the first request happens to start, live
        on after the work and are none of it.
        """
        target = vars(thread).get("_target") or type(thread).run
        if self._attributor is None or not self._attributor.resolver.is_claimed(target):
            return
        run = thread.run

        def run_once(*args: Any, **kwargs: Any) -> Any:
            del thread.run  # a thread must not hold itself alive
            return carried(run, running)(*args, **kwargs)

        thread.run = run_once  # type: ignore[method-assign]


def carried(function: Callable[..., Any], running: Attribution | Scope) -> Callable[..., Any]:
    """Return a function that runs another as a part of a work."""

    def run(*args: Any, **kwargs: Any) -> Any:
        token = _current.set(running)
        try:
            return function(*args, **kwargs)
        except Exception as error:
            leave_no_frame(error, ours)
            raise
        finally:
            restore(token)

    ours = run.__code__
    return run


def _carry_to_greenlet(greenlet: Any) -> None:
    """Give a greenlet that has not started yet a context with the running work in it."""
    running = _get()
    if running is None:
        return
    try:
        context = greenlet.gr_context
        if context is None:
            context = greenlet.gr_context = Context()
        context.run(_current.set, running)
    except Exception as error:
        contain(error, cause="starting a greenlet")


def _making_green_thread(original: Any) -> Any:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - stands in for it
        original(self, *args, **kwargs)
        _carry_to_greenlet(self)

    return functools.wraps(original)(__init__)
