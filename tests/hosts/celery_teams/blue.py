"""What team blue wrote."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tests.hosts.celery_teams import red


def politely(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def polite(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return polite


def rudely(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap without functools.wraps, as many do."""

    def rude(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return rude


def total(numbers: list[int]) -> int:
    return sum(numbers)


def subtract(x: int, y: int) -> int:
    return x - y


class Statement(red.Invoice):
    """A task of blue's whose run red wrote."""

    name = "blue.statement"
