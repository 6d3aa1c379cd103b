"""Looks through the transparent proxies that agents put around views and handlers, some anew for each request."""

from __future__ import annotations

from typing import Any

#: Whether a type is one of proxies, by type: a program has few types of views.
_known: dict[type, bool] = {}
_MOST_KNOWN = 4_096


def bare(thing: Any) -> Any:
    """Return what is inside all proxies, such as those of ``wrapt``, around a thing; the thing itself without any."""
    while _is_proxy(type(thing)):
        thing = thing.__wrapped__
    return thing


def _is_proxy(kind: type) -> bool:
    """Tell proxies by their type: what ``functools.wraps`` leaves is on the object."""
    known = _known.get(kind)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[kind] = any("__wrapped__" in vars(base) for base in kind.__mro__)
    return known
