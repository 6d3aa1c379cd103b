"""A second chance for calls to services outside the shop."""

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

from shop.platform.clients import ServiceUnavailable

P = ParamSpec("P")
R = TypeVar("R")


def retrying(*, times: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Call the function up to `times` times while it raises ServiceUnavailable; the last one is not caught."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            for _ in range(times - 1):
                with suppress(ServiceUnavailable):
                    return function(*args, **kwargs)
            return function(*args, **kwargs)

        return wrapper

    return decorate
