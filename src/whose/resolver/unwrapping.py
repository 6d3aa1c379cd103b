"""Finds the code that really serves behind tasks, views, partials, bound methods and decorators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType, ModuleType

from whose.model import Rule
from whose.resolver.closures import wrapped_in_closure, wrapped_in_object
from whose.sources.declared import TRANSPARENT, chooser_of, declared_on, inheritance_of

#: More layers than any real stack of decorators; a chain that is longer runs in a circle.
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Code:
    """The code behind an object: where it lives, what it declares, and what was learnt on the way."""

    module: str | None
    declared: Rule | None = None
    code: CodeType | None = None
    reason: str | None = None
    #: The function, class or module found at the end.
    thing: object = None
    #: Modules of the decorators and bases that were passed on the way, outermost first.
    passed: tuple[str, ...] = ()
    #: Why the code works for whoever asks for it, if it does, and what names the code that an argument stands for.
    inherits: str | None = None
    choose: Callable[..., object] | None = None


def code_behind(thing: object) -> Code:
    """Return the code that runs when a task, view, function, method, class, partial or instance is called.

    Framework objects are told by their shape, so that no framework is imported: a Celery task has ``run`` and
    ``apply_async``; Django's and Django REST framework's ``as_view()`` leave ``view_class`` and ``cls``.
    """
    reason: str | None = None
    inherits: str | None = None
    choose: Callable[..., object] | None = None
    declared: Rule | None = None
    passed: list[str] = []
    if hasattr(type(thing), "_get_current_object"):
        thing = thing._get_current_object()  # type: ignore[attr-defined]  # a proxy, as Celery's decorators return it
    for _ in range(_DEEPEST):
        declared = declared_on(thing)
        inherits = inherits or inheritance_of(thing)
        choose = choose or chooser_of(thing)
        if declared is not None:
            break
        if isinstance(thing, type | ModuleType):
            break
        inner, why = _next_layer(thing)
        if inner is None:
            break
        reason = why or reason
        module = getattr(thing, "__module__", None)
        if isinstance(module, str):
            passed.append(module)
        if inherits == TRANSPARENT:
            inherits = None  # a transparent decorator is passed on the way to what it decorates
        thing = inner
    code = getattr(thing, "__code__", None)
    return Code(
        module=_module_of(thing),
        declared=declared,
        code=code if isinstance(code, CodeType) else None,
        reason=reason,
        thing=thing,
        passed=tuple(passed),
        inherits=inherits,
        choose=choose,
    )


def _module_of(thing: object) -> str:
    if isinstance(thing, ModuleType):
        return thing.__name__
    module = getattr(thing, "__module__", None)
    return module if isinstance(module, str) else type(thing).__module__


def _next_layer(thing: object) -> tuple[object | None, str | None]:
    """Return what lies one layer further in, with a reason where the step is worth telling; None at the end."""
    if is_task(thing):
        return _inside_task(thing)
    for attribute in ("view_class", "cls"):
        view_class = vars(thing).get(attribute) if isinstance(thing, FunctionType) else None
        if isinstance(view_class, type):
            return _inside_view_class(thing, view_class)
    if isinstance(thing, functools.partial | functools.partialmethod):
        return thing.func, None
    if isinstance(thing, staticmethod | classmethod):
        return thing.__func__, None
    if isinstance(thing, property):
        return thing.fget, None
    if isinstance(thing, MethodType):
        if declared_on(thing.__func__) is not None:
            return thing.__func__, None
        owner = thing.__self__
        return (owner if isinstance(owner, type) else type(owner)), None
    wrapped = inspect.getattr_static(thing, "__wrapped__", None)
    if wrapped is not None:
        return getattr(thing, "__wrapped__", wrapped), None
    if isinstance(thing, FunctionType):
        return wrapped_in_closure(thing), None
    if isinstance(thing, CodeType) or callable(getattr(thing, "__get__", None)):
        return None, None
    return (wrapped_in_object(thing) or type(thing)), None


def is_task(thing: object) -> bool:
    """Tell whether a thing is a Celery task, by its shape."""
    kind = type(thing)
    return all(hasattr(kind, name) for name in ("run", "apply_async", "request_stack")) or (
        # The proxy that app.task returns before the app is finalized pretends to be the task in all but its type.
        hasattr(kind, "__then__") and hasattr(thing, "apply_async")
    )


def _inside_task(task: object) -> tuple[object | None, str | None]:
    made = task.__class__  # of a proxy, the class of the task behind it
    declared = declared_on(made)
    run = vars(made).get("run")
    if declared is None and vars(made).get("_decorated") and run is not None:
        return (run.__func__ if isinstance(run, staticmethod) else run), None
    # The task's own class decides, even where run() was written by another team; see design, section 5.
    return made, (None if run is not None else "inherited_run")


def _inside_view_class(view: object, view_class: type) -> tuple[object | None, str | None]:
    return (_api_view_function(view, view_class) or view_class), None


def _api_view_function(view: object, view_class: type) -> object | None:
    """Return the function under Django REST framework's ``@api_view``, or None.

    rest_framework/decorators.py makes a class WrappedAPIView whose handlers close over the function.
    """
    if view_class.__name__ != getattr(view, "__name__", None) or view_class.__bases__[0].__module__ != (
        "rest_framework.views"
    ):
        return None
    for method in getattr(view_class, "http_method_names", ()):
        handler = vars(view_class).get(method)
        if isinstance(handler, FunctionType):
            return wrapped_in_closure(handler)
    return None
