"""Runs a function in another thread, or a greenlet, as a part of the work that hands it over."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import Context
from typing import Any

from whose.attribution import _current, leave_no_frame, restore
from whose.costs import open_ledger
from whose.entrances import Scope
from whose.errors import contain
from whose.metering import NO_LEDGER
from whose.model import Attribution

_get = _current.get


def submitting(original: Any) -> Any:
    """Return what makes a method that hands a function to another thread have it run there as a part of the work."""

    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        running = _get()
        try:
            return original(self, fn if running is None else carried(fn, running), *args, **kwargs)
        except Exception as error:
            leave_no_frame(error, ours)
            raise

    ours = submit.__code__
    return functools.wraps(original)(submit)


def carried(function: Callable[..., Any], running: Attribution | Scope) -> Callable[..., Any]:
    """Return a function that runs another as a part of a work, whose time is counted where the work itself runs."""
    is_metered = open_ledger.get() is not None

    def run(*args: Any, **kwargs: Any) -> Any:
        token = _current.set(running)
        beside = open_ledger.set(NO_LEDGER) if is_metered else None
        try:
            return function(*args, **kwargs)
        except Exception as error:
            leave_no_frame(error, ours)
            raise
        finally:
            if beside is not None:
                restore(beside)
            restore(token)

    ours = run.__code__
    return run


def carry_to_greenlet(greenlet: Any) -> None:
    """Give a greenlet that has not started yet a context with the running work in it; contained."""
    running = _get()
    if running is None:
        return
    try:
        context = greenlet.gr_context
        if context is None:
            context = greenlet.gr_context = Context()
        context.run(_current.set, running)
        if open_ledger.get() is not None:
            context.run(open_ledger.set, NO_LEDGER)
    except Exception as error:
        contain(error, cause="starting a greenlet")
