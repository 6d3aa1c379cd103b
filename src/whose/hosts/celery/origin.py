"""Carries who asked for a task, and who is at the root of the chain, in a message header of our own."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

from celery._state import _task_stack, get_current_worker_task

from whose.attribution import _current
from whose.entrances import Aside, Origin, Scope
from whose.errors import contain
from whose.model import TeamName
from whose.resolver import Resolver

#: Name of the message header. Its value is ``1;caller;root``: a version and two names of teams, either of which may be
#: empty. Workers without us ignore it; a retry carries it on by itself, as Celery does with every custom header.
HEADER = "whose-origin"
_VERSION = "1"
#: When a message was sent, in seconds since 1970; sent only where costs include the queue, or a sink has metrics.
SENT_HEADER = "whose-sent"
_MOST_REMEMBERED = 4_096

_get = _current.get


class Origins:
    """Writes and reads the header, believing only names of teams that are known here."""

    def __init__(self, resolver: Resolver, *, lost: Counter[str] | None = None) -> None:
        self._resolver = resolver
        self._lost = lost
        self._read: dict[str, Origin | None] = {}
        self._written: dict[tuple[str | None, str | None], str | None] = {}
        self._is_closed = False

    def close(self) -> None:
        """Send no header any more, also where somebody still holds our kind of message."""
        self._is_closed = True
        self._written.clear()

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
        running = _get()
        if running is None:
            return self._header_outside()
        attribution = running.attribution if type(running) is Scope else running
        if attribution is None:
            return None
        team = attribution.ownership.team  # type: ignore[union-attr]
        asking = (team.name if team is not None else None, attribution.root)  # type: ignore[union-attr]
        try:
            return self._written[asking]
        except KeyError:
            return self._write(*asking)

    def _header_outside(self) -> str | None:
        if self._is_closed:
            return None
        task = _top(_task_stack)
        header = header_of(task) if task is not None else None
        if header is None and self._lost is not None:
            self._lost[self._sender()] += 1
        return header

    def _write(self, caller: str | None, root: str | None) -> str | None:
        if self._is_closed:
            return None
        if len(self._written) >= _MOST_REMEMBERED:
            self._written.clear()
        header = ";".join((_VERSION, _escaped(caller), _escaped(root or caller))) if caller or root else None
        self._written[caller, root] = header
        return header

    def _sender(self) -> str:
        """Return the name of the team whose code is innermost on the stack, ``none`` where nobody owns any of it."""
        frame: FrameType | None = sys._getframe(3)
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
        tasks = mine["stack"] if mine is not None else None
        return tasks[-1] if tasks else None
    except (AttributeError, LookupError):
        return stack.top


def _escaped(name: str | None) -> str:
    return (name or "").replace("%", "%25").replace(";", "%3B")


def _unescaped(text: str) -> str:
    return text.replace("%3B", ";").replace("%25", "%")


def writing_header(origins: Origins) -> Callable[[Any], Any]:
    """Return what makes ``celery.app.amqp.task_message`` begin each message's headers with our own.

    Every message is one of those: of ``Task.apply_async``, retries, canvases, beat. Celery then writes the headers that
    the sender gave over them, so one that is there already, as in a retry, stays. Nothing is called through us, so no
    argument is copied and no frame of ours is on the stack while a message is sent.
    """

    def make(original: Any) -> Any:
        class task_message(original):  # type: ignore[misc]  # noqa: N801 - stands in for it
            __slots__ = ()

            def __new__(cls, headers: Any, properties: Any, body: Any, sent_event: Any) -> Any:
                try:
                    header = origins.header_to_send()
                    if header is not None:
                        headers[HEADER] = header
                except Exception as error:
                    contain(error, cause="sending a Celery task")
                return new(cls, (headers, properties, body, sent_event))

        new = tuple.__new__
        task_message.__module__, task_message.__qualname__ = original.__module__, original.__qualname__
        return task_message

    return make


def write_time(*, headers: Any = None, **_: object) -> None:
    """Receive Celery's signal ``before_task_publish``: write when a message is sent, also where it is sent again."""
    try:
        if isinstance(headers, dict):
            headers[SENT_HEADER] = time.time()
    except Exception as error:
        contain(error, cause="sending a Celery task")


def waited(task: Any) -> float | None:
    """Return for how many seconds the run that is beginning was due; None where its sender did not say since when.

    Clocks of two machines differ; a wait is never less than nothing. What is not a time, such as NaN, would make every
    later sum of a metric meaningless.
    """
    request = _top(task.request_stack)
    sent = request.__dict__.get(SENT_HEADER) if request is not None else None
    if not isinstance(sent, float) or not 0 < sent < math.inf:
        return None
    eta = request.__dict__.get("eta")
    due = max(sent, datetime.fromisoformat(eta).timestamp()) if isinstance(eta, str) else sent
    return float(max(time.time() - due, 0.0))
