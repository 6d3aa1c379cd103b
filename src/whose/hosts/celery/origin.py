"""Carries who asked for a task, and who is at the root of the chain, in a message header of our own."""

from __future__ import annotations

import functools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import Any

from celery._state import _task_stack, get_current_worker_task

from whose.attribution import Aside, Attributor, Origin, Scope, _current, leave_no_frame, restore
from whose.errors import contain
from whose.model import Attribution, Ownership, TeamName, Work
from whose.resolver import Resolver

#: Name of the message header. Its value is ``1;caller;root``: a version and two names of teams, either of which may be
#: empty. Workers without us ignore it; a retry carries it on by itself, as Celery does with every custom header.
HEADER = "whose-origin"
_VERSION = "1"
#: When a message was sent, in seconds since 1970; sent only where costs include the queue.
SENT_HEADER = "whose-sent"
_MOST_REMEMBERED = 4_096

_get = _current.get


class Origins:
    """Writes and reads the header, believing only names of teams that are known here."""

    def __init__(self, resolver: Resolver, *, lost: Counter[str] | None = None) -> None:
        self._resolver = resolver
        self._lost = lost
        self._read: dict[str, Origin | None] = {}
        self._written: dict[tuple[str | None, str | None], str] = {}
        self._is_closed = False

    def close(self) -> None:
        """Send no header any more, also where somebody still holds our wrapper of ``send_task``."""
        self._is_closed = True

    def of(self, task: Any) -> Origin | Aside | None:
        """Return who asked for the run of a task that is just beginning, or None."""
        try:
            # What request_stack.top does, at a third of its cost (celery/utils/threads.py, _LocalStack and Local).
            local = task.request_stack._local
            request = local.__storage__[local.__ident_func__()]["stack"][-1]
        except (AttributeError, LookupError):
            request = task.request_stack.top if task.request_stack is not None else None
            if request is None:
                return None
        value = request.__dict__.get(HEADER)
        if value is None:
            if not request.called_directly:
                return None
            # Called by Celery on behalf of another task, as a link_error of the new style is: its asker asked for this.
            other = get_current_worker_task()
            value = header_of(other)
            origin = None if value is None else self._learn(value)
            # The other task's span is still open and keeps its owner; where the other is Celery's own, such as
            # celery.starmap, the first owned task inside does own. (New Relic's proxy of a task tells its __class__.)
            is_owned = other is not None and not other.__class__.__module__.startswith("celery.")
            return Aside(origin) if is_owned else origin
        try:
            return self._read[value]
        except (KeyError, TypeError):
            return self._learn(value)

    def header_to_send(self) -> str | None:
        """Return the header for a message that is sent now, or None where nobody known asks for it.

        What Celery sends itself when a task has ended (the next of a chain, callbacks, the body of a chord) was asked
        for by whoever asked for that task.
        """
        if self._is_closed:
            return None
        running = _get()
        if running is None:
            header = header_of(_top(_task_stack))
            if header is None and self._lost is not None:
                self._lost[self._sender()] += 1
            return header
        attribution = running.attribution if isinstance(running, Scope) else running
        if attribution is None:
            return None
        team = attribution.ownership.team
        caller = team.name if team is not None else None
        key = (caller, attribution.root or caller)
        header = self._written.get(key)
        if header is None and (key[0] or key[1]):
            if len(self._written) >= _MOST_REMEMBERED:
                self._written.clear()
            header = self._written[key] = ";".join((_VERSION, _escaped(key[0]), _escaped(key[1])))
        return header

    def _sender(self) -> str:
        """Return the name of the team whose code is innermost on the stack, ``none`` where nobody owns any of it."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            found = self._resolver.owner_of_frame(frame.f_code, frame.f_globals.get("__name__"))
            if found is not None and found.team is not None:
                return found.team.name
            frame = frame.f_back
        return "none"

    def _learn(self, value: object) -> Origin | None:
        if not isinstance(value, str):
            return None
        parts = value.split(";")
        origin = None
        if len(parts) == 3 and parts[0] == _VERSION:
            caller, root = (self._known(_unescaped(part)) for part in parts[1:])
            origin = Origin(caller, root) if caller or root else None
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        self._read[value] = origin
        return origin

    def _known(self, name: str) -> TeamName | None:
        team = TeamName(name)
        return team if self._resolver.knows(team) else None


def header_of(task: Any) -> str | None:
    """Return the header with which a task was received, or None."""
    request = task.request_stack.top if task is not None else None
    value = request.__dict__.get(HEADER) if request is not None else None
    return value if isinstance(value, str) else None


def _top(stack: Any) -> Any:
    """Return what ``stack.top`` does, without the exceptions that an empty one raises and catches inside: 2 us."""
    try:
        local = stack._local
        mine = local.__storage__.get(local.__ident_func__())
        return mine["stack"][-1] if mine is not None else None
    except (AttributeError, LookupError):
        return stack.top


def _escaped(name: str | None) -> str:
    return (name or "").replace("%", "%25").replace(";", "%3B")


def _unescaped(text: str) -> str:
    return text.replace("%3B", ";").replace("%25", "%")


def sending(origins: Origins, *, with_time: bool = False) -> Callable[[Any], Any]:
    """Return what makes ``Celery.send_task`` add our header.

    Every message goes through it: ``Task.apply_async``, retries, canvases, beat. A header that is there already, as in
    a retry, stays.
    """

    def make(original: Any) -> Any:
        def send_task(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                header = origins.header_to_send()
                if header is not None:
                    headers = kwargs.get("headers")
                    if headers is None:
                        kwargs["headers"] = {HEADER: header}
                    elif HEADER not in headers:
                        kwargs["headers"] = {**headers, HEADER: header}
                if with_time:
                    kwargs["headers"] = {**(kwargs.get("headers") or {}), SENT_HEADER: time.time()}
            except Exception as error:
                contain(error, cause="sending a Celery task")
            try:
                return original(self, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = send_task.__code__
        return functools.wraps(original)(send_task)

    return make


def waited(task: Any) -> float | None:
    """Return for how many seconds the run that is beginning was due; None where its sender did not say since when.

    Clocks of two machines differ; a wait is never less than nothing.
    """
    request = task.request_stack.top
    sent = request.__dict__.get(SENT_HEADER) if request is not None else None
    if not isinstance(sent, int | float):
        return None
    eta = request.__dict__.get("eta")
    due = max(sent, datetime.fromisoformat(eta).timestamp()) if isinstance(eta, str) else sent
    return float(max(time.time() - due, 0.0))


class Schedules:
    """Who owns the entries of beat's schedule: the code that added the entry, else the scheduled task's owner."""

    def __init__(self, attributor: Attributor) -> None:
        self._attributor = attributor
        self._added_by: dict[str, str] = {}

    def adding(self, original: Any) -> Any:
        """Return what makes ``Celery.add_periodic_task`` remember which module added the entry."""

        def add_periodic_task(self_: Any, *args: Any, **kwargs: Any) -> Any:
            key = original(self_, *args, **kwargs)
            try:
                self._added_by[str(key)] = str(sys._getframe(1).f_globals.get("__name__", ""))
            except Exception as error:
                contain(error, cause="adding a periodic task")
            return key

        return functools.wraps(original)(add_periodic_task)

    def applying(self, original: Any) -> Any:
        """Return what makes beat's ``Scheduler.apply_async`` send an entry as asked for by the schedule's owner."""

        def apply_async(self_: Any, entry: Any, *args: Any, **kwargs: Any) -> Any:
            with self._running(self_.app, entry):
                return original(self_, entry, *args, **kwargs)

        return functools.wraps(original)(apply_async)

    @contextmanager
    def _running(self, app: Any, entry: Any) -> Iterator[None]:
        token = None
        try:
            attribution = Attribution(Work("schedule", entry.name), self._ownership(app, entry))
            token = _current.set(attribution)
        except Exception as error:
            contain(error, cause="applying an entry of beat's schedule")
        try:
            yield
        finally:
            if token is not None:
                restore(token)

    def _ownership(self, app: Any, entry: Any) -> Ownership:
        module = self._added_by.get(entry.name)
        resolver = self._attributor.resolver
        if module:
            ownership = resolver.owner_of_module(module)
            if ownership.is_owned:
                return ownership
        task = app.tasks.get(entry.task)
        return resolver.owner_of(task if task is not None else entry.task)
