"""Makes a wrapper look like the function that it wraps, to whoever looks at either."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, MappingProxyType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def imitating(wrapper: Callable[..., Any], wrapped: F) -> F:
    """Return the wrapper with name, module, documentation, attributes and signature of what it wraps."""
    is_plain = type(wrapped) is FunctionType and not wrapped.__dict__
    if not is_plain:
        wrapper.__annotations__ = {}
    functools.update_wrapper(wrapper, wrapped)
    if is_plain or _tells_its_own_signature(wrapped):
        # inspect.getfullargspec() does not follow __wrapped__, as inspect.signature() does, but believes this.
        wrapper.__dict__["__signature__"] = _SignatureOf(wrapped)
    return cast("F", wrapper)


def standing_in(wrapper: Any, wrapped: F) -> F:
    """Return the same as :func:`imitating`, with frames that pass for frames of the module of what is wrapped.

    Celery looks for the line of the user's that a warning is about by the names of the modules on the stack
    (``caller_stacklevel`` in celery/app/base.py, 5.7).
    """
    names = {**wrapper.__globals__, "__name__": wrapped.__module__}
    made = FunctionType(wrapper.__code__, names, wrapper.__name__, wrapper.__defaults__, wrapper.__closure__)
    return imitating(made, wrapped)


def _tells_its_own_signature(wrapped: Callable[..., Any]) -> bool:
    if hasattr(wrapped, "__wrapped__") or hasattr(wrapped, "__signature__"):
        return False
    if isinstance(wrapped, FunctionType):
        return True
    try:
        inspect.signature(wrapped)
    except (TypeError, ValueError):
        return False
    return True


class _SignatureOf(inspect.Signature):
    """The signature of a function, found out when somebody asks: that takes ten times as long as the wrapping."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @property
    def _found(self) -> inspect.Signature:
        return inspect.signature(self._function)

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        return self._found.parameters

    @property
    def return_annotation(self) -> Any:
        return self._found.return_annotation

    def replace(self, **changes: Any) -> Any:
        return self._found.replace(**changes)

    __replace__ = replace

    def __reduce__(self) -> Any:
        return self._found.__reduce__()

    def __repr__(self) -> str:
        return repr(self._found)
