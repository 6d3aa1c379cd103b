"""A task that views run within a request."""

from __future__ import annotations

from celery import Celery

from site_config import trail

app = Celery("billing", set_as_current=False)
app.conf.update(task_always_eager=True)


@app.task
def charge() -> None:
    trail.served("billing.tasks.charge")
