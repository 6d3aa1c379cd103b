"""Writes attributions as attributes of the OpenTelemetry span that stands for the work."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from whose.attribution import Attributor, at_entrance
from whose.costs import Costs
from whose.model import Attribution, Fault
from whose.patches import Patches

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from whose.sinks.opentelemetry_prepared import PreparedAttributes


class OpenTelemetrySink:
    """Speaks to OpenTelemetry's API; whichever SDK is behind it may be set up before or after us.

    Raises:
        ImportError: the package ``opentelemetry-api`` is not installed.

    """

    def __init__(self) -> None:
        from opentelemetry import context
        from opentelemetry.context import Context
        from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, get_current_span, set_span_in_context

        from whose.sinks.opentelemetry_prepared import PreparedAttributes
        from whose.sinks.opentelemetry_spans import is_of_entry, own_waiting

        self._prepare = PreparedAttributes
        # Where get_current() looks, past two calls; a runtime context of another make is asked as usual.
        variable = getattr(getattr(context, "_RUNTIME_CONTEXT", None), "_current_context", None)
        self._get_context: Callable[[], Context] = (
            variable.get if isinstance(variable, ContextVar) else context.get_current
        )
        #: Under which key a context holds its span.
        self._span_key = next(iter(set_span_in_context(INVALID_SPAN, Context())))
        self._get_current_span = get_current_span
        self._no_span = INVALID_SPAN
        self._unrecorded = NonRecordingSpan
        self._is_of_entry = is_of_entry
        self._own_waiting = own_waiting
        self._patches = Patches()

    def install(self, attributor: Attributor) -> None:
        """Have every span of the SDK carry its owner, and every exception recorded on one who is at fault for it.

        Wrapped from version 1.20 of the SDK on, whichever provider a span is from: ``Span.start``, which only spans
        that record come to, once for each; ``Span.record_exception``, which is what instrumentations and user code
        call, and what makes the exception event. With the API alone there is nothing to wrap.
        """
        if not self.is_active():
            return
        from opentelemetry.sdk.trace import Span as RecordingSpan

        from whose.sinks.opentelemetry_spans import StartedSpans

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

        def emitted(attribution: Attribution) -> Mapping[str, str]:
            # Looked for as late as this: a sink that turns up late is attached before it is added.
            for outlet in attributor.outlets:
                if outlet.sink is self:
                    return outlet.renamed(attribution).attributes
            return attribution.attributes

        started = StartedSpans(emitted, is_open=lambda: attributor.is_open)
        self._patches.replace(RecordingSpan, "start", started.starting)
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
        span = self._entry_span()
        if not attribution.is_nested or self._is_of_its_own(span, attribution):
            span.set_attributes(attribution.attributes)
        self._own_waiting(attribution)

    def prepared(self, attribution: Attribution) -> PreparedAttributes:
        """Return the attributes to set."""
        return self._prepare(attribution.attributes)

    def write(self, attributes: PreparedAttributes) -> None:
        """Do the same for work that begins here and now, whose span is the current one.

        That is looked up here as ``get_current_span()`` does it, in half the time.
        """
        get_context = self._get_context
        span = get_context().get(self._span_key)
        # What is not sampled, as most of a busy program is, is not even called.
        if span is not None and type(span) is not self._unrecorded:
            attributes.write_to(span)

    def _is_of_its_own(self, span: Span, attribution: Attribution) -> bool:
        written = getattr(span, "attributes", None) or ()
        return self._is_of_entry(span) and not any(key in written for key in attribution.attributes)

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
