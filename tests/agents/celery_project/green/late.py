"""Tasks that register after their app was finalized, by function and by class."""

from __future__ import annotations

from celery import Task

from flavours import trail
from flavours.app import app


@app.task
def latecomer() -> None:
    trail.ran("green.late.latecomer")


class LateClass(Task):
    """Registered after everybody else."""

    name = "green.late.LateClass"

    def run(self) -> None:
        trail.ran(self.name)


app.register_task(LateClass())
