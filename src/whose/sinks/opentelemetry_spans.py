"""Writes the owner of the running work into every span that starts in it, through OpenTelemetry's SDK."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind

from whose.attribution import _get
from whose.entrances import Scope
from whose.errors import contain
from whose.model import Attribution
from whose.sinks.opentelemetry_prepared import PreparedAttributes

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Span

_MOST_REMEMBERED = 4_096
_KINDS_OF_ENTRIES = (SpanKind.CONSUMER, SpanKind.SERVER)
#: Instrumentations that open one span for each request, whatever runs around it (``_start_internal_or_server_span``).
_OPENERS_OF_REQUESTS = frozenset(
    f"opentelemetry.instrumentation.{name}" for name in ("asgi", "django", "falcon", "flask", "pyramid", "wsgi")
)

#: The spans that have started in a request whose owner is not known yet.
_waiting: ContextVar[tuple[Scope, list[Any]] | None] = ContextVar("whose_opentelemetry_waiting", default=None)


def is_of_entry(span: Any) -> bool:
    """Tell whether a span stands for work that is about to begin in it: of that work is its owner.

    A request's inside other work is INTERNAL, and known by who opened it.
    """
    if getattr(span, "kind", None) in _KINDS_OF_ENTRIES:
        return True
    return getattr(getattr(span, "instrumentation_scope", None), "name", None) in _OPENERS_OF_REQUESTS


class StartedSpans:
    """Owns spans as they start; of one installation."""

    def __init__(self, emitted: Callable[[Attribution], Mapping[str, str]], *, is_open: Callable[[], bool]) -> None:
        #: What an attribution looks like under the names that the configuration gives.
        self._emitted = emitted
        self._is_open = is_open
        self._prepared: dict[Attribution, PreparedAttributes] = {}

    def starting(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return what stands in for ``Span.start``, which only spans that record come to."""
        own, get = self.own, _get

        @functools.wraps(original)
        def start(self_: Span, *args: Any, **kwargs: Any) -> None:
            running = get()
            if running is not None:
                own(self_, running)
            original(self_, *args, **kwargs)

        return start

    def _prepare(self, attribution: Attribution) -> PreparedAttributes:
        if len(self._prepared) >= _MOST_REMEMBERED:
            self._prepared.clear()
        prepared = self._prepared[attribution] = PreparedAttributes(self._emitted(attribution))
        return prepared

    def own(self, span: Span, running: Attribution | Scope) -> None:
        """Write the owner of the running work into a span that starts in it, unless it has one already; contained."""
        try:
            if not self._is_open():
                return
            attribution = running.attribution if type(running) is Scope else running
            if attribution is None:
                _wait(span, running)  # type: ignore[arg-type]
            elif not is_of_entry(span):
                prepared = self._prepared.get(attribution) or self._prepare(attribution)  # type: ignore[arg-type]
                if _has_none_of(span, prepared.attributes):
                    prepared.write_to(span)
        except Exception as error:
            contain(error, cause="owning a span")


def _has_none_of(span: Span, emitted: Mapping[str, str]) -> bool:
    """Tell whether a span has no attribute of ours yet; what the user has set stays."""
    written = span.attributes
    return not written or emitted.keys().isdisjoint(written)


def _wait(span: Span, scope: Scope) -> None:
    waiting = _waiting.get()
    if waiting is None or waiting[0] is not scope:
        waiting = (scope, [])
        _waiting.set(waiting)
    waiting[1].append(span)


def own_waiting(attribution: Attribution) -> None:
    """Write the owner of a request into the spans of it that started before it was known, and are still open."""
    waiting = _waiting.get()
    if waiting is None or waiting[0] is not _get():
        return
    _waiting.set(None)
    for span in waiting[1]:
        if span.is_recording() and _has_none_of(span, attribution.attributes):
            span.set_attributes(attribution.attributes)
