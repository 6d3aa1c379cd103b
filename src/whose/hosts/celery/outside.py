"""Tells whose task it was when something fails outside its body, in the worker's main process above all."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded, Terminated, TimeLimitExceeded, WorkerLostError
from celery import current_app
from celery._state import get_current_task
from celery.exceptions import InvalidTaskError

from whose.attribution import Attributor, _current, leave_no_frame, restore
from whose.errors import contain
from whose.hosts.celery.tasks import WrappedTasks
from whose.model import Attribution, Work

#: The closed list of reasons for which a task can fail outside its body.
TIME_LIMIT = "time_limit"
LOST_WORKER = "lost_worker"
TERMINATED = "terminated"
REVOKED = "revoked"
UNKNOWN_TASK = "unknown_task"
UNDECODABLE_MESSAGE = "undecodable_message"
INVALID_MESSAGE = "invalid_message"

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeLimitExceeded, TIME_LIMIT),
    (SoftTimeLimitExceeded, TIME_LIMIT),
    (WorkerLostError, LOST_WORKER),
    (Terminated, TERMINATED),
)

AttributionOf = Callable[..., Attribution | None]


class Outside:
    """Finds the attribution of a task by its name, for those who speak of it from outside."""

    def __init__(self, attributor: Attributor, tasks: WrappedTasks) -> None:
        self._attributor = attributor
        self._tasks = tasks
        self._known: dict[tuple[str, str | None], Attribution] = {}

    def attribution_of(self, name: str, task: Any, reason: str | None) -> Attribution:
        """Return the attribution of a task that is not running here now, with why it is spoken of."""
        entrance = self._tasks.entrance_of(task) if task is not None else None
        if entrance is not None and reason is None:
            # Not the entrance's own, which is kept for the next run: of a dispatcher the arguments of each run decide.
            return Attribution(entrance.work, entrance.ownership)
        key = (name, reason)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= 4_096:
                self._known.clear()
            if entrance is not None:
                ownership = entrance.ownership
            elif task is not None:
                ownership = self._attributor.resolver.owner_of(task)
            else:
                # Names come from outside here; what is remembered and emitted of them is a rule's team, not the name.
                ownership = replace(self._attributor.resolver.owner_of(name), module=None)
            known = Attribution(Work("task", name), replace(ownership, reason=reason or ownership.reason))
            self._known[key] = known
        return known

    def of_record(self, record: logging.LogRecord) -> Attribution | None:
        """Return whose task a record of Celery's own loggers tells of, or None.

        ``celery.app.trace`` and ``celery.worker.strategy`` format a dict that names the task; ``celery.worker.request``
        gives ``%s[%s]`` the name and the id.
        """
        if not record.name.startswith("celery."):
            return None
        arguments = record.args
        name: object = None
        reason = None
        if isinstance(arguments, Mapping):
            name = arguments.get("name")
        elif isinstance(arguments, tuple) and len(arguments) == 2 and record.name == "celery.worker.request":
            name = arguments[0]
            reason = REVOKED if str(record.msg).startswith("Discarding revoked task") else None
        if not isinstance(name, str):
            return None
        # A message may give its task another name to be shown by (``shadow``); here the task is still on the stack.
        ending = get_current_task() if record.name == "celery.app.trace" else None
        named = str(ending.name) if ending is not None else name
        task = current_app.tasks.get(named)
        return self.attribution_of(named, task, reason) if task is not None else None

    def of_timeout(self, request: Any, *_: object, **__: object) -> Attribution:
        """Return the attribution for ``Request.on_timeout``."""
        return self.attribution_of(request.task.name, request.task, TIME_LIMIT)

    def of_failure(self, request: Any, exc_info: Any, *_: object, **__: object) -> Attribution:
        """Return the attribution for ``Request.on_failure``."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), None)
        if isinstance(error, SystemExit | KeyboardInterrupt):
            reason = LOST_WORKER
        return self.attribution_of(request.task.name, request.task, reason)

    def of_unknown(self, _: object, __: object, message: Any, *___: object) -> Attribution:
        """Return the attribution for ``Consumer.on_unknown_task``: of the rule that claims the task's name, if any."""
        return self._of_message(message, UNKNOWN_TASK)

    def of_undecodable(self, _: object, message: Any, *__: object) -> Attribution:
        """Return the attribution for ``Consumer.on_decode_error``."""
        return self._of_message(message, UNDECODABLE_MESSAGE)

    def of_invalid(self, _: object, __: object, message: Any, error: object, *___: object) -> Attribution:
        """Return the attribution for ``Consumer.on_invalid_task``, to which content of an unwelcome type comes too."""
        return self._of_message(
            message, INVALID_MESSAGE if isinstance(error, InvalidTaskError) else UNDECODABLE_MESSAGE
        )

    def _of_message(self, message: Any, reason: str) -> Attribution:
        name = (message.headers or {}).get("task")
        name = name if isinstance(name, str) else ""
        return self.attribution_of(name, current_app.tasks.get(name) if name else None, reason)


def while_current(attribution_of: AttributionOf) -> Callable[[Any], Any]:
    """Return what makes a method of the worker run with an attribution that its own log records then carry."""

    def make(original: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            token = None
            try:
                token = _current.set(attribution_of(*args, **kwargs))
            except Exception as error:
                contain(error, cause="finding whose task failed outside its body")
            try:
                return original(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if token is not None:
                    restore(token)

        ours = run.__code__
        return functools.wraps(original)(run)

    return make
