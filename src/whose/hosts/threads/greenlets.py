"""Attaches to gevent and eventlet: their greenlets start in an empty context, and their threads in that of no work."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import TYPE_CHECKING, Any

from whose.attribution import _current, leave_no_frame
from whose.errors import contain
from whose.hosts.threads.carrying import carried, carry_to_greenlet, submitting
from whose.patches import Patches

if TYPE_CHECKING:
    from whose.imports import Callback


class Greenlets:
    """Carries the running work into what both libraries start."""

    def __init__(self) -> None:
        self._patches = Patches()
        self._gevent: Any = None

    @property
    def callbacks(self) -> dict[str, Callback]:
        """Return what attaches to each module, by its name."""
        return {
            "gevent": self._attach_to_gevent,
            "gevent.threadpool": self._attach_to_threadpool,
            "eventlet.greenthread": self._attach_to_eventlet,
            "eventlet.tpool": self._attach_to_tpool,
        }

    def detach(self) -> None:
        """Undo it."""
        self._patches.undo()
        if self._gevent is not None:
            self._gevent.remove_spawn_callback(carry_to_greenlet)
            self._gevent = None

    def _attach_to_gevent(self, module: Any) -> None:
        try:
            # Runs in the greenlet that spawns (gevent 1.3 and later).
            module.Greenlet.add_spawn_callback(carry_to_greenlet)
            self._gevent = module.Greenlet
            # Makes greenlets of another class, for which nothing is called back; under both names that it has.
            self._patches.replace(module, "spawn_raw", _spawning)
            self._patches.replace(module.hub, "spawn_raw", _spawning)
        except Exception as error:
            contain(error, cause="attaching to gevent")

    def _attach_to_threadpool(self, module: Any) -> None:
        # apply(), map() and gevent's own ThreadPoolExecutor go through it (gevent 20.5 and later).
        self._patches.replace(module.ThreadPool, "spawn", submitting)

    def _attach_to_eventlet(self, module: Any) -> None:
        self._patches.replace(module.GreenThread, "__init__", _making_green_thread)
        # What spawn_n() is made of, whoever has imported that by name, GreenPool too (eventlet 0.33 and later).
        self._patches.replace(module, "_spawn_n", _spawning_n)

    def _attach_to_tpool(self, module: ModuleType) -> None:
        # Proxies call it by this name too.
        self._patches.replace(module, "execute", _executing)


def _spawning(original: Any) -> Any:
    def spawn_raw(*args: Any, **kwargs: Any) -> Any:
        try:
            greenlet = original(*args, **kwargs)
        except Exception as error:
            leave_no_frame(error, ours)
            raise
        carry_to_greenlet(greenlet)
        return greenlet

    ours = spawn_raw.__code__
    return functools.wraps(original)(spawn_raw)


def _spawning_n(original: Any) -> Any:
    def _spawn_n(*args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs)
        try:
            carry_to_greenlet(made[1])
        except Exception as error:
            contain(error, cause="starting a greenlet")
        return made

    return functools.wraps(original)(_spawn_n)


def _making_green_thread(original: Any) -> Any:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - stands in for it
        original(self, *args, **kwargs)
        carry_to_greenlet(self)

    return functools.wraps(original)(__init__)


def _executing(original: Any) -> Any:
    def execute(meth: Any, *args: Any, **kwargs: Any) -> Any:
        running = _current.get()
        try:
            return original(meth if running is None else carried(meth, running), *args, **kwargs)
        except Exception as error:
            leave_no_frame(error, ours)
            raise

    ours = execute.__code__
    return functools.wraps(original)(execute)
