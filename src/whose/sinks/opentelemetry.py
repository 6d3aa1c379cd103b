"""Writes attributions as attributes of the OpenTelemetry span that stands for the work."""

from __future__ import annotations

import functools
import importlib.util
from typing import TYPE_CHECKING, Any

from whose.attribution import Attributor, _current, at_entrance
from whose.costs import Costs
from whose.model import Attribution, Fault
from whose.patches import Patches

if TYPE_CHECKING:
    from opentelemetry.trace import Span


#: Instrumentations that open one span for each request, whatever runs around it (``_start_internal_or_server_span``).
_OPENERS_OF_REQUESTS = frozenset(
    f"opentelemetry.instrumentation.{name}" for name in ("asgi", "django", "falcon", "flask", "pyramid", "wsgi")
)

_get = _current.get


class OpenTelemetrySink:
    """Speaks to OpenTelemetry's API; whichever SDK is behind it may be set up before or after us.

    Raises:
        ImportError: the package ``opentelemetry-api`` is not installed.

    """

    def __init__(self) -> None:
        from opentelemetry.trace import INVALID_SPAN, SpanKind, get_current_span

        self._get_current_span = get_current_span
        self._no_span = INVALID_SPAN
        self._entry_kinds = (SpanKind.CONSUMER, SpanKind.SERVER)
        self._patches = Patches()

    def install(self, attributor: Attributor) -> None:
        """Have every exception that is recorded on a span of the SDK carry who is at fault for it.

        ``Span.record_exception`` is what instrumentations and user code call, and what makes the exception event;
        wrapped from version 1.20 of the SDK on. With the API alone there is nothing to wrap.
        """
        if not self.is_active():
            return
        from opentelemetry.sdk.trace import Span as RecordingSpan

        def recording(original: Any) -> Any:
            @functools.wraps(original)
            def record_exception(
                self_: Any, exception: BaseException, attributes: Any = None, *args: Any, **kwargs: Any
            ) -> Any:
                found = attributor.fault_attributes(exception, sink=self)
                if found:
                    attributes = {**found, **(attributes or {})}
                return original(self_, exception, attributes, *args, **kwargs)

            return record_exception

        self._patches.replace(RecordingSpan, "record_exception", recording)

    def uninstall(self) -> None:
        """Undo it."""
        self._patches.undo()

    @staticmethod
    def is_active() -> bool:
        """Tell whether an SDK could be recording: it often is set up later, in each worker process."""
        try:
            return importlib.util.find_spec("opentelemetry.sdk") is not None
        except ModuleNotFoundError:
            return False

    def record(self, attribution: Attribution) -> None:
        """Set the attributes of the current span, which is the entry span when work begins.

        Nested work writes only to a span of its own, such as Celery's instrumentation opens for ``apply()``; such a
        span is an entry's and has no owner yet.
        """
        # What began here and now has its span here; to ask for that of a work found later takes twice as long.
        span = self._get_current_span() if _get() is attribution else self._entry_span()
        if attribution.is_nested and not self._is_of_its_own(span, attribution):
            return
        span.set_attributes(attribution.attributes)

    def _is_of_its_own(self, span: Span, attribution: Attribution) -> bool:
        """Tell an entry's span by its kind; of a request inside other work, which is INTERNAL, by who opened it."""
        opener = getattr(getattr(span, "instrumentation_scope", None), "name", None)
        is_of_entry = getattr(span, "kind", None) in self._entry_kinds or opener in _OPENERS_OF_REQUESTS
        written = getattr(span, "attributes", None) or ()
        return is_of_entry and not any(key in written for key in attribution.attributes)

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Add who is at fault to the span; of nested work, to a span of its own only, for the other may yet succeed."""
        span = self._entry_span()
        if attribution.is_nested:
            written = getattr(span, "attributes", None) or {}
            if any(written.get(key) != value for key, value in attribution.attributes.items()):
                return
        if fault.attributes:
            span.set_attributes(fault.attributes)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Add what the work cost to the span."""
        self._entry_span().set_attributes(costs.attributes)

    def _entry_span(self) -> Span:
        span = at_entrance(self._get_current_span)
        # Where the instrumentation's middleware stands behind ours, its span is opened after the request began.
        return self._get_current_span() if span is self._no_span else span
