"""A third app whose tasks run where they are sent from, ``task_always_eager``."""

from __future__ import annotations

from celery import Celery

app = Celery("instant", set_as_current=False)
app.conf.update(task_always_eager=True)

import green.instant  # noqa: E402

__all__ = ["app", "green"]
