"""Looks into the closure of a decorator that did not use functools.wraps for the function that it wraps."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType

#: Names that decorators commonly give to what they wrap; they decide only between several parameters of one function.
_USUAL_NAMES = (
    "view_func",
    "view",
    "func",
    "fn",
    "f",
    "function",
    "fun",
    "wrapped",
    "handler",
    "method",
    "task",
    "run",
)


def wrapped_in_closure(function: FunctionType) -> object | None:
    """Return what the function was made to wrap, or None where it wraps nothing.

    Wrapped is what was handed in: a callable that is a parameter of an enclosing function, the innermost first, so that
    in ``def requires(test): def decorate(view): def inner(*args)`` it is ``view`` and not ``test``. What the enclosing
    function made or imported itself is a helper and does not count. A closure over ``self`` belongs to the class of
    ``self``, as a bound method would.
    """
    cells = dict(_cells(function))
    if not cells:
        return None
    candidates = {name: value for name, value in cells.items() if _is_code(value)}
    for parameters in _enclosing_parameters(function):
        handed_in = [name for name in parameters if name in candidates]
        if handed_in:
            best = min(handed_in, key=lambda name: _USUAL_NAMES.index(name) if name in _USUAL_NAMES else 99)
            return candidates[best]
        if parameters and parameters[0] == "self" and "self" in cells:
            return type(cells["self"])
    return None


def wrapped_in_object(thing: object) -> object | None:
    """Return what a decorator that is a class was given to wrap, or None where the object wraps nothing.

    It is a callable in an attribute named as decorators name what they wrap, ``self.view`` or ``self._func``. Other
    callables that an object keeps are its tools.
    """
    if not callable(thing):
        return None
    try:
        kept = vars(thing)
    except TypeError:
        return None
    named = {name.lstrip("_"): value for name, value in kept.items() if _is_code(value)}
    return next((named[name] for name in _USUAL_NAMES if name in named), None)


def _cells(function: FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue  # still empty: the enclosing function has not assigned it


def _is_code(value: object) -> bool:
    if not isinstance(value, FunctionType | MethodType | functools.partial | type) and not hasattr(
        value, "__wrapped__"
    ):
        return False
    module = getattr(value, "__module__", None) or ""
    return module.partition(".")[0] not in sys.stdlib_module_names or isinstance(value, functools.partial)


def _enclosing_parameters(function: FunctionType) -> Iterator[tuple[str, ...]]:
    """Return the parameter names of each enclosing function, innermost first."""
    *enclosing, _ = function.__qualname__.split(".<locals>.")
    if not enclosing:
        return
    outermost = _find(function, enclosing[0])
    if outermost is None:
        return
    codes = [outermost]
    for name in enclosing[1:]:
        inner = next((c for c in codes[-1].co_consts if isinstance(c, CodeType) and c.co_name == name), None)
        if inner is None:
            break
        codes.append(inner)
    for code in reversed(codes):
        count = code.co_argcount + code.co_kwonlyargcount
        yield code.co_varnames[:count]


def _find(function: FunctionType, path: str) -> CodeType | None:
    """Return the code of the module-level function or method in which a function was defined."""
    first, *rest = path.split(".")
    thing = function.__globals__.get(first)
    for name in rest:
        thing = vars(thing).get(name) if isinstance(thing, type) else None
    for _ in range(16):
        if isinstance(thing, staticmethod | classmethod):
            thing = thing.__func__
        else:
            wrapped = getattr(thing, "__wrapped__", None)
            if wrapped is None:
                break
            thing = wrapped
    return thing.__code__ if isinstance(thing, FunctionType) else None
