"""Base classes of red's that other teams build their tasks on."""

from __future__ import annotations

import inspect
from typing import Any

from celery import Task

from flavours import trail


class Quiet(Task):
    """Leaves ``__call__`` to Celery."""

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        """Do nothing, as most such hooks do."""


class Counting(Task):
    """Comes between the worker and the task's body."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trail.ran("red.bases.Counting.__call__")
        return super().__call__(*args, **kwargs)


class Refusing(Task):
    """Raises before the task's body is reached, as checks of permissions do."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trail.ran("red.bases.Refusing.__call__")
        raise PermissionError("not today")


class Inspecting(Task):
    """Looks at the signature of ``run`` before each run; fails if it is not what the body declares."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        parameters = list(inspect.signature(self.run).parameters)
        if parameters != ["amount", "currency"]:
            raise TypeError(f"{self.name}.run takes {parameters}")
        return self.run(*args, **kwargs)


class Report(Task):
    """A task without a name of its own: those who inherit it give it one."""

    abstract = True

    def run(self) -> str:
        trail.ran(self.name)
        return self.name
