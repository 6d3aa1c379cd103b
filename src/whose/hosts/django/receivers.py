"""Receivers of Django's signals: each that somebody owns becomes a work inside the work that sends the signal."""

from __future__ import annotations

import functools
import inspect
import weakref
from typing import Any

from whose.attribution import Attributor, leave_no_frame
from whose.errors import contain
from whose.interface import attributing
from whose.patches import Patches

KIND = "receiver"


class Receivers:
    """Puts attributed receivers in the place of the real ones for the time of a ``send``, and never shows them."""

    def __init__(self, attributor: Attributor) -> None:
        self._attributor = attributor
        self._attributed: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def install(self, patches: Patches) -> None:
        """Wrap the method in which a signal finds its receivers, and those that return them beside their responses.

        ``Signal._live_receivers`` gives a list in Django 4.2 and a pair of lists, sync and async, from 5.0 on.
        """
        from django.dispatch import Signal

        patches.replace(Signal, "_live_receivers", self._finding)
        for name in ("send", "send_robust"):
            patches.replace(Signal, name, _responding)
        for name in ("asend", "asend_robust"):
            patches.replace(Signal, name, _responding_async)

    def _finding(self, original: Any) -> Any:
        @functools.wraps(original)
        def _live_receivers(self_: Any, sender: Any) -> Any:
            found = original(self_, sender)
            try:
                if isinstance(found, tuple):
                    return tuple([self._in_place_of(receiver) for receiver in receivers] for receivers in found)
                return [self._in_place_of(receiver) for receiver in found]
            except Exception as error:
                contain(error, cause="attributing the receivers of a signal")
                return found

        return _live_receivers

    def _in_place_of(self, receiver: Any) -> Any:
        # Bound methods are made anew for each send; what they are bound to lives longer.
        key = getattr(receiver, "__func__", receiver)
        try:
            known = self._attributed.get(key)
        except TypeError:
            return receiver
        if known is None:
            known = self._attributed[key] = self._made(key) or _UNTOUCHED
        if known is _UNTOUCHED:
            return receiver
        return _Stand(known, receiver)

    def _made(self, function: Any) -> Any:
        if not self._attributor.resolver.is_claimed(function):
            return None
        module = getattr(function, "__module__", None) or type(function).__module__
        name = f"{module}.{getattr(function, '__qualname__', type(function).__qualname__)}"
        if inspect.iscoroutinefunction(function):
            reference = weakref.ref(function)

            async def run_async(receiver: Any, **kwargs: Any) -> Any:
                with attributing(reference(), kind=KIND, name=name):
                    return await receiver(**kwargs)

            return run_async
        ownership = self._attributor.resolver.owner_of_entry(function)
        entrance = self._attributor.entrance(None, kind=KIND, name=name, ownership=ownership)
        return self._attributor.attributed(_call, entrance)


class _Stand:
    """Stands for a receiver while a signal is sent."""

    __slots__ = ("_run", "receiver")

    def __init__(self, run: Any, receiver: Any) -> None:
        self._run = run
        self.receiver = receiver

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._run(self.receiver, *args, **kwargs)
        except Exception as error:
            leave_no_frame(error, _STANDING)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.receiver, name)


def _call(receiver: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return receiver(*args, **kwargs)
    except Exception as error:
        leave_no_frame(error, _CALLING)
        raise


_STANDING = _Stand.__call__.__code__
_CALLING = _call.__code__
_UNTOUCHED = object()


def _unmasked(responses: Any) -> Any:
    if not isinstance(responses, list):
        return responses
    return [(pair[0].receiver, pair[1]) if isinstance(pair[0], _Stand) else pair for pair in responses]


def _responding(original: Any) -> Any:
    def send(*args: Any, **kwargs: Any) -> Any:
        try:
            return _unmasked(original(*args, **kwargs))
        except Exception as error:
            leave_no_frame(error, ours)
            raise

    ours = send.__code__
    return functools.wraps(original)(send)


def _responding_async(original: Any) -> Any:
    async def asend(*args: Any, **kwargs: Any) -> Any:
        try:
            return _unmasked(await original(*args, **kwargs))
        except Exception as error:
            leave_no_frame(error, ours)
            raise

    ours = asend.__code__
    return functools.wraps(original)(asend)
