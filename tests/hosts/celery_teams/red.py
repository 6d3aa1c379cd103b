"""What team red wrote."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Reject


def add(x: int, y: int = 2, *, times: int = 1) -> int:
    return (x + y) * times


def say(self: Any, word: str) -> str:
    return f"{self.name} says {word}"


def fails(reason: str) -> None:
    raise ValueError(reason)


def fails_translated(reason: str) -> None:
    try:
        fails(reason)
    except ValueError as error:
        raise LookupError("translated") from error


def fails_in_cleanup() -> None:
    try:
        dict[str, str]()["missing"]
    finally:
        fails("and cleaning up failed too")


def fails_as_group() -> None:
    errors: list[Exception] = []
    for reason in ("one", "two"):
        try:
            fails(reason)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup("both", errors)


def fails_deeply(depth: int = 0) -> int:
    return fails_deeply(depth + 1) + 1


def fails_in_c() -> int:
    return int("not a number")


def expects_to_fail() -> None:
    raise KeyError("expected")


def rejects() -> None:
    raise Reject("no", requeue=False)


def ignores() -> None:
    raise Ignore


def retries_by_hand(self: Any) -> str:
    if self.request.retries < 1:
        raise self.retry(countdown=0, exc=ValueError("try again"))
    return "at last"


def retries_automatically(self: Any) -> str:
    if self.request.retries < 1:
        raise ConnectionError("try again")
    return "at last"


def doubled(model: Any) -> int:
    number: int = model.number * 2
    return number


def made_by_closure(factor: int) -> Callable[[int], int]:
    def multiply(x: int) -> int:
        return x * factor

    return multiply


class Multiplying(Task):  # type: ignore[misc]
    """A task whose run is a partial: Celery makes no task of a bare one."""

    name = "red.multiplying"
    run = staticmethod(functools.partial(add, 1, times=3))


class Counting(Task):  # type: ignore[misc]
    """A base of the team's own that looks at the signature of run."""

    abstract = True

    def arguments_of_run(self) -> list[str]:
        import inspect

        return inspect.getfullargspec(self.run).args


class Calling(Task):  # type: ignore[misc]
    """A base whose __call__ comes before run."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return ["called", super().__call__(*args, **kwargs)]


class NeverRunning(Task):  # type: ignore[misc]
    """A base whose __call__ does it all."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return ["instead of run", list(args)]


class Invoice(Task):  # type: ignore[misc]
    """A class-based task."""

    name = "red.invoice"

    def run(self, number: int, *, copies: int = 1) -> str:
        return f"{copies} of {number}"


class Reminder(Invoice):
    """A class-based task with a __call__ on top of a parent that is a task too."""

    name = "red.reminder"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return ["reminded", super().__call__(*args, **kwargs)]


class Named(Calling):
    """One class, several tasks."""

    abstract = False

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self) -> str:
        return f"I am {self.name}"


def run_inside(self: Any, other: Any) -> Any:
    """Run another task inside this one."""
    return other.apply().get(disable_sync_subtasks=False)
