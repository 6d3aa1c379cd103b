"""A structlog processor that adds the owner of the running work to each event."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from whose.attribution import current
from whose.errors import contain
from whose.runtime import active


def add_code_owner(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add ``code_owner`` and its like to an event; values that the event has already stay.

    Other names are those of the sink ``logging``.

    >>> add_code_owner(None, "info", {"event": "paid"})
    {'event': 'paid'}

    Use it like any processor: ``structlog.configure(processors=[add_code_owner, ..., JSONRenderer()])``.
    """
    try:
        runtime = active()
        keys = runtime.keys_of("logging")
        attribution = current()
        if attribution is not None:
            for key, value in attribution.attributes.items():
                event.setdefault(keys.get(key, key), value)
        failure = event.get("exc_info")
        error = failure[1] if isinstance(failure, tuple) and len(failure) == 3 else failure
        if isinstance(error, BaseException):
            for key, value in runtime.attributor.resolver.fault_of(error).attributes.items():
                event.setdefault(keys.get(key, key), value)
    except Exception as error:
        contain(error, cause="the structlog processor")
    return event
