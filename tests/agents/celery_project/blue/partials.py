"""Tasks whose bodies are partials; Celery takes none as it is, it wants a function or a class around it."""

from __future__ import annotations

import functools

from celery import Task

from flavours import trail
from flavours.app import app
from green import factory


def remind(channel: str, times: int = 1) -> None:
    trail.ran(f"blue.partials.by_{channel}")


by_mail = factory.task_that_calls(app, "blue.partials.by_mail", functools.partial(remind, "mail", times=2))


class ByLetter(Task):
    """Has a partial for its ``run``."""

    name = "blue.partials.by_letter"
    run = staticmethod(functools.partial(remind, "letter"))


by_letter = app.register_task(ByLetter())
