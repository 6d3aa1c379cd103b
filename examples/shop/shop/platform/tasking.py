"""Task classes, decorators and a factory that teams make their tasks with."""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task

log = logging.getLogger(__name__)


class MeasuredTask(Task):
    """Logs how long a run took."""

    abstract = True

    def __call__(self, *args: object, **kwargs: object) -> Any:
        started = time.perf_counter()
        try:
            return super().__call__(*args, **kwargs)
        finally:
            log.info("%s took %.0f ms", self.name, 1000 * (time.perf_counter() - started))


class AuditedTask(Task):
    """Logs what a run returned."""

    abstract = True

    def on_success(self, retval: object, task_id: str, args: object, kwargs: object) -> None:
        log.info("%s returned %r", self.name, retval)


def announced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Log a call before it happens. Without functools.wraps, so whatever is wrapped seems to live here."""

    def announcing(*args: object, **kwargs: object) -> Any:
        log.info("now: %s", function.__qualname__)
        return function(*args, **kwargs)

    return announcing


def export_task(name: str, *, rows: Callable[[], list[str]]) -> Task:
    """Return a task that exports what `rows` returns, one line each, and tells how many lines there were."""

    @shared_task(name=name)
    def export() -> int:
        return len("\n".join(rows()).splitlines())

    return export
