"""Middleware: each that somebody owns becomes a work inside the request, without what lies further in."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Token
from dataclasses import dataclass
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from whose.attribution import Attributor, _get, _set, leave_no_frame, restore
from whose.costs import Charge, Ledger, running_ledger
from whose.entrances import Entrance, Scope
from whose.errors import contain
from whose.hosts.django.chain import links_of
from whose.metering import Metering

KIND = "middleware"
SCOPE = "_whose_scope"


def divide_chain(outermost: Any, attributor: Attributor) -> Callable[[], None]:
    """Let every owned middleware of a chain run as a work of its own; return what undoes that.

    On the way in, a request passes into such a middleware and, at its ``get_response``, out of it again into what is
    further in, which is not its work. Both borders are marked where the one handler keeps the next.
    """
    undo: list[Callable[[], None]] = []
    for link in links_of(outermost):
        code = type(link.middleware)
        if link.inner and attributor.resolver.is_claimed(code):
            name = f"{code.__module__}.{code.__qualname__}"
            entering = _Entering(attributor, attributor.entrance(code, kind=KIND, name=name))
            undo.extend(_put(place, entering) for place in link.places)
            undo.extend(_put(place, _Leaving()) for place in link.inner)

    def restore_chain() -> None:
        for step in reversed(undo):
            step()

    return restore_chain


@dataclass(slots=True)
class _Entering:
    """The border at which a request comes to a middleware."""

    attributor: Attributor
    entrance: Entrance

    def cross(self, _: Any) -> tuple[Token[Any], Metering | None]:
        attribution = self.entrance.attribution(_get())
        token = _set(attribution)
        self.attributor.record(attribution)
        meter = self.attributor.meter
        return token, meter.start(attribution) if meter is not None else None

    def return_(self, state: tuple[Token[Any], Metering | None]) -> None:
        token, metering = state
        self.attributor.stop_metering(metering)
        restore(token)


@dataclass(slots=True)
class _Leaving:
    """The border at which a request leaves a middleware for what lies further in."""

    def cross(self, request: Any) -> tuple[Token[Any], Ledger | None, Charge | None] | None:
        scope = vars(request).get(SCOPE)
        if not isinstance(scope, Scope):
            return None
        ledger = running_ledger()
        return _set(scope), ledger, ledger.push_itself() if ledger is not None else None

    def return_(self, state: tuple[Token[Any], Ledger | None, Charge | None] | None) -> None:
        if state is None:
            return
        token, ledger, charge = state
        if ledger is not None and charge is not None:
            ledger.pop(charge)
        restore(token)


def _put(place: Any, border: _Entering | _Leaving) -> Callable[[], None]:
    handler = place.read()
    make = _bordered_async if iscoroutinefunction(handler) else _bordered
    bordered = make(handler, border)
    bordered.__wrapped__ = handler
    place.write(bordered)

    def undo() -> None:
        if place.read() is bordered:
            place.write(handler)

    return undo


def _bordered(handler: Any, border: Any) -> Any:
    def pass_on(request: Any) -> Any:
        state = _crossed(border, request)
        try:
            return handler(request)
        except Exception as error:
            leave_no_frame(error, ours)
            raise
        finally:
            _returned(border, state)

    ours = pass_on.__code__
    return pass_on


def _bordered_async(handler: Any, border: Any) -> Any:
    async def pass_on(request: Any) -> Any:
        state = _crossed(border, request)
        try:
            return await handler(request)
        except Exception as error:
            leave_no_frame(error, ours)
            raise
        finally:
            _returned(border, state)

    ours = pass_on.__code__
    markcoroutinefunction(pass_on)
    return pass_on


def _crossed(border: Any, request: Any) -> Any:
    try:
        return border.cross(request)
    except Exception as error:
        contain(error, cause="coming to a middleware")
        return None


def _returned(border: Any, state: Any) -> None:
    try:
        if state is not None:
            border.return_(state)
    except Exception as error:
        contain(error, cause="leaving a middleware")
