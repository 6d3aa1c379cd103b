"""Decorators of green's that other teams put on their tasks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celery import shared_task

Body = Callable[..., Any]


def polite(body: Body) -> Body:
    """Wrap with ``functools.wraps``."""

    @functools.wraps(body)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return body(*args, **kwargs)

    return inner


def rude(body: Body) -> Body:
    """Wrap without ``functools.wraps``: the name, the module and ``__wrapped__`` are lost."""

    def inner(*args: Any, **kwargs: Any) -> Any:
        return body(*args, **kwargs)

    return inner


def rude_with_argument(attempts: int) -> Callable[[Body], Body]:
    """Wrap like ``rude``, with a second function among the closure's cells."""

    def log(message: str) -> None:
        """Be in the way of who looks into the closure."""

    def decorate(body: Body) -> Body:
        def inner(*args: Any, **kwargs: Any) -> Any:
            log(f"at most {attempts} attempts")
            return body(*args, **kwargs)

        return inner

    return decorate


def reliable_task(name: str) -> Callable[[Body], Any]:
    """Make a task of the function: a home-made task decorator."""

    def decorate(body: Body) -> Any:
        return shared_task(name=name, acks_late=True)(rude(body))

    return decorate
