"""Ownership declared in the code itself: what ``@owned_by`` leaves on functions, classes and tasks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CellType, CodeType
from typing import Any

from whose.model import Rule, SourceName, TeamName

DECLARED = SourceName("declared")

#: The attribute that carries the declaration; ``functools.wraps`` copies it outward, which is as it should be.
MARK = "__code_owner__"

#: The attribute by which code says that it works for whoever asks for it; holds the reason.
INHERITANCE_MARK = "__code_owner_inherits__"
#: The attribute that holds the function of ``@owned_by_argument``.
CHOOSER_MARK = "__code_owner_chooser__"
TRANSPARENT = "transparent"
INHERITS_OWNER = "inherits_owner"

#: Declarations by the identity of code objects, for frames, which know their code but not their function. By identity,
#: since hashing a code object costs more than all else we do to a frame; the object is kept so that its id stays its.
_declared_code: dict[int, tuple[CodeType, Rule]] = {}

_transparent_code: dict[int, CodeType] = {}

#: Every team that code declared so far, for who must know whether a name is a team's.
declared_teams: set[TeamName] = set()


def declaration(team: TeamName, *, depth: int) -> Rule:
    """Return the Rule of a declaration made ``depth`` frames above the caller of this function."""
    declared_teams.add(team)
    frame = sys._getframe(depth + 1)
    return Rule(DECLARED, "@owned_by", team, file=frame.f_code.co_filename, line=frame.f_lineno)


def mark(thing: object, rule: Rule) -> None:
    """Write a declaration onto a function, method, class, task or view.

    Raises:
        TypeError: the thing takes no attributes, such as a built-in function.

    """
    if when_made(thing, lambda made: mark(made, rule)):
        return
    target = getattr(thing, "__func__", thing)
    try:
        setattr(target, MARK, rule)
    except AttributeError as error:
        message = f"@owned_by cannot mark {thing!r}, which takes no attributes; use it as a context manager inside"
        raise TypeError(message) from error
    if isinstance(target, type):
        for member in vars(target).values():
            _remember(getattr(member, "__func__", member), rule)
    _remember(target, rule)


def when_made(thing: Any, do: Callable[[Any], object]) -> bool:
    """Do something with the task that one of Celery's proxies stands for, as soon as that is made; False if no proxy.

    Touching an attribute of such a proxy would make the task, and finalize the app, too early (celery/local.py).
    """
    kind = type(thing)
    if hasattr(kind, "__then__"):
        kind.__then__(thing, lambda: do(kind._get_current_object(thing)))
        return True
    if hasattr(kind, "_get_current_object"):
        # What @shared_task returns, which makes the function a task of every app (celery/app/__init__.py): the function
        # is in the closure of what the proxy asks for its task.
        ask = object.__getattribute__(thing, "_Proxy__local")
        names = ask.__code__.co_freevars
        if "fun" in names:
            do(ask.__closure__[names.index("fun")].cell_contents)
            return True
    return False


def _remember(function: object, rule: Rule) -> None:
    """Remember whose a function's code is, but not the code of a decorator, which many functions share."""
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None)
    closure = getattr(function, "__closure__", None) or ()
    if isinstance(code, CodeType) and not any(map(_holds_code, closure)):
        _declared_code.setdefault(id(code), (code, rule))


def _holds_code(cell: CellType) -> bool:
    try:
        return callable(cell.cell_contents)
    except ValueError:
        return False  # still empty


def declared_in_code(code: CodeType) -> Rule | None:
    """Return the declaration on the function, or its class, that a code object belongs to."""
    known = _declared_code.get(id(code))
    return known[1] if known is not None else None


def declarations() -> int:
    """Return how many code objects have a declaration so far; they only become more."""
    return len(_declared_code)


def declared_on(thing: object) -> Rule | None:
    """Return the declaration on this very thing; what a class inherits from its bases does not count."""
    try:
        found = vars(thing).get(MARK)
    except TypeError:
        return None
    if isinstance(found, str):
        return Rule(DECLARED, MARK, TeamName(found), setting=f"{MARK} of {getattr(thing, '__qualname__', 'an object')}")
    return found if isinstance(found, Rule) else None


def inheritance_of(thing: object) -> str | None:
    """Return the reason for which code works for whoever asks for it, or None where it works for its own owner."""
    found = _marked(thing, INHERITANCE_MARK)
    return found if isinstance(found, str) else None


def chooser_of(thing: object) -> Callable[..., object] | None:
    """Return the function that names the code that really runs, given the arguments of a call, or None."""
    found = _marked(thing, CHOOSER_MARK)
    return found if callable(found) else None


def mark_with(thing: object, name: str, value: object) -> None:
    """Write a mark onto a function, method, class or task, at once or, for a task of a later day, when it is made."""
    if when_made(thing, lambda made: mark_with(made, name, value)):
        return
    target = getattr(thing, "__func__", thing)
    setattr(target, name, value)
    if value == TRANSPARENT:
        members = vars(target).values() if isinstance(target, type) else (target,)
        for member in members:
            _remember_transparent(getattr(getattr(member, "__func__", member), "__code__", None))


def _remember_transparent(code: object) -> None:
    """Remember a function's code, and what is defined inside it, such as the wrapper that a decorator makes."""
    if isinstance(code, CodeType):
        _transparent_code[id(code)] = code
        for constant in code.co_consts:
            _remember_transparent(constant)


def is_transparent_code(code: CodeType) -> bool:
    """Tell whether code is marked ``@transparent``."""
    return id(code) in _transparent_code


def _marked(thing: object, name: str) -> object:
    try:
        return vars(thing).get(name)
    except TypeError:
        return None
