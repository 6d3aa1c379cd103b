"""Looks along the chain of loaded middleware, so that a request knows which of them it has come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

from asgiref.sync import AsyncToSync, SyncToAsync, iscoroutinefunction, markcoroutinefunction
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response

from whose.attribution import leave_no_frame
from whose.entrances import Entrance
from whose.errors import contain
from whose.hosts.django.proxies import bare

#: More layers than Django and all agents together put around one middleware.
_MOST_LAYERS = 16


def _sync(request: Any) -> Any: ...


async def _async(request: Any) -> Any: ...


#: The code of what Django makes of each middleware and of its own ``_get_response``.
_CONVERTED = frozenset(convert_exception_to_response(example).__code__ for example in (_sync, _async))

_NO_HOLDERS = (FunctionType, MethodType, ModuleType, type, SyncToAsync, AsyncToSync)

EntranceOf = Callable[[Any], Entrance | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a middleware keeps the handler inside it."""

    read: Callable[[], Any]
    write: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Link:
    """One middleware of a chain, the places that hold its handler, and those where it holds the next one's."""

    middleware: Any
    places: tuple[Place, ...]
    inner: tuple[Place, ...]


def links_of(outermost: Any) -> tuple[Link, ...]:
    """Return the middlewares inside the outermost, in order; what Django itself has at the end has nothing inside."""
    links = []
    places = tuple(_places(outermost))
    while places:
        middleware = _middleware_behind(places[0].read())
        inner = () if _is_bottom(middleware) else tuple(_places(middleware))
        links.append(Link(middleware, places, inner))
        places = inner
    return tuple(links)


def bottom_of(handler: Any) -> Any | None:
    """Return Django's ``_get_response`` or ``_get_response_async`` at the end of the chain; None where it is hidden."""
    for middleware in _inward(handler):
        if _is_bottom(middleware):
            return middleware
    return None


def mark_chain(outermost: Any, *, entrance_of: EntranceOf) -> Callable[[], None] | None:
    """Let each request note the last owned middleware that it has come to; return what undoes that, if there is any.

    ``entrance_of`` returns the entrance of a middleware that somebody owns, and None for others, which are not told
    apart. A mark is set only where a request passes from one owner's middleware to another's, so a site without owned
    middleware pays nothing. Where it cannot be seen that requests leave a middleware, coming to it is not noted either.
    """
    undo: list[Callable[[], None]] = []
    known: Entrance | None = None
    for link in links_of(outermost):
        entrance = entrance_of(link.middleware) if link.inner else None
        if entrance is not known:
            undo.extend(_mark(place, entrance) for place in link.places)
            known = entrance

    def unmark() -> None:
        for step in reversed(undo):
            step()

    return unmark if undo else None


def _mark(place: Place, entrance: Entrance | None) -> Callable[[], None]:
    handler = place.read()

    def marked(request: Any) -> Any:
        try:
            request._whose_reached = entrance
        except Exception as error:
            contain(error, cause="noting how far a request has come")
        try:
            return handler(request)
        except Exception as error:  # with DEBUG_PROPAGATE_EXCEPTIONS alone
            leave_no_frame(error, ours)
            raise

    ours = marked.__code__
    marked.__wrapped__ = handler  # type: ignore[attr-defined]
    if iscoroutinefunction(handler):
        markcoroutinefunction(marked)
    place.write(marked)

    def undo() -> None:
        if place.read() is marked:
            place.write(handler)

    return undo


def _inward(handler: Any) -> Iterator[Any]:
    middleware = _middleware_behind(handler)
    while middleware is not None:
        yield middleware
        middleware = next((_middleware_behind(place.read()) for place in _places(middleware)), None)


def _middleware_behind(handler: Any) -> Any | None:
    """Return what Django made a handler of; None where the value is no handler.

    Values are told by their type, never by ``isinstance``: it asks a lazy object for its class, which would make it.
    """
    for _ in range(_MOST_LAYERS):
        handler = bare(handler)
        kind = type(handler)
        if issubclass(kind, SyncToAsync):
            handler = handler.func
        elif issubclass(kind, AsyncToSync):
            handler = handler.awaitable
        elif kind is FunctionType and handler.__code__ in _CONVERTED:
            return vars(handler).get("__wrapped__")
        else:
            handler = _attributes(handler).get("__wrapped__")
        if handler is None:
            return None
    return None


def _is_bottom(middleware: Any) -> bool:
    return type(middleware) is MethodType and isinstance(middleware.__self__, BaseHandler)


def _places(middleware: Any) -> Iterator[Place]:
    """Return every place from which a middleware may call the handler inside it.

    That is an attribute, by convention ``get_response``; for middleware that is a function, a cell of its closure. The
    wrappers that agents put around middleware (Sentry's keeps the real one in an attribute, Datadog's before version 4
    are proxies around functions) hold the same handler.
    """
    middleware = bare(middleware)
    if type(middleware) is FunctionType:
        for cell in middleware.__closure__ or ():
            if _holds_handler(cell):
                yield Place(lambda cell=cell: cell.cell_contents, lambda value, cell=cell: _fill(cell, value))  # type: ignore[misc]
        return
    for holder in (middleware, *_attributes(middleware).values()):
        if type(holder) in _NO_HOLDERS:
            continue
        for name, value in _attributes(holder).items():
            if _middleware_behind(value) is not None:
                yield Place(
                    lambda holder=holder, name=name: getattr(holder, name),  # type: ignore[misc]
                    lambda value, holder=holder, name=name: setattr(holder, name, value),  # type: ignore[misc]
                )


def _attributes(thing: Any) -> dict[str, Any]:
    try:
        return dict(vars(thing))
    except TypeError:
        return {}


def _holds_handler(cell: CellType) -> bool:
    try:
        return _middleware_behind(cell.cell_contents) is not None
    except ValueError:
        return False


def _fill(cell: CellType, value: Any) -> None:
    cell.cell_contents = value
