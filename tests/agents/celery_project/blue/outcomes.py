"""Tasks that end in every way that a task can end."""

from __future__ import annotations

import os
import signal
import time

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from flavours import trail


@shared_task
def fails() -> None:
    trail.ran("blue.outcomes.fails")
    raise ValueError("as expected")


@shared_task(throws=(LookupError,))
def throws() -> None:
    trail.ran("blue.outcomes.throws")
    raise LookupError("declared, so no error")


@shared_task(acks_late=True)
def rejects() -> None:
    trail.ran("blue.outcomes.rejects")
    raise Reject("not mine", requeue=False)


@shared_task
def ignores() -> None:
    trail.ran("blue.outcomes.ignores")
    raise Ignore


@shared_task(acks_late=True)
def acks_late() -> None:
    trail.ran("blue.outcomes.acks_late")


@shared_task(ignore_result=True)
def ignores_result() -> None:
    trail.ran("blue.outcomes.ignores_result")


@shared_task(soft_time_limit=0.5)
def softly_limited() -> None:
    trail.ran("blue.outcomes.softly_limited")
    time.sleep(30)


@shared_task(time_limit=0.5)
def hard_limited() -> None:
    trail.ran("blue.outcomes.hard_limited")
    time.sleep(30)


@shared_task
def loses_its_worker() -> None:
    trail.ran("blue.outcomes.loses_its_worker")
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task
def takes_no_argument() -> None:
    trail.ran("blue.outcomes.takes_no_argument")


@shared_task
def comes_too_late() -> None:
    trail.ran("blue.outcomes.comes_too_late")


@shared_task
def is_revoked() -> None:
    trail.ran("blue.outcomes.is_revoked")


@shared_task(bind=True)
def reads_its_name(self: Task) -> None:
    trail.ran(self.name)
    if self.request.task != self.name:
        raise AssertionError(self.request.task)
