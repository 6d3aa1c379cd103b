"""A span processor that does for one tracer provider what the sink does for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from whose.attribution import _get
from whose.model import Attribution
from whose.runtime import active
from whose.sinks.opentelemetry_spans import StartedSpans


class CodeOwnerSpanProcessor(SpanProcessor):
    """Writes the owner of the running work into every span that starts in it; ``add_span_processor()`` takes it.

    Needed only where the sink ``opentelemetry`` is not among the configured sinks; beside it, it changes nothing. The
    spans that stand for the works themselves are the sink's affair.
    """

    def __init__(self) -> None:
        self._started = StartedSpans(_emitted, is_open=lambda: True)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Write the owner."""
        running = _get()
        if running is not None:
            self._started.own(span, running)


def _emitted(attribution: Attribution) -> Mapping[str, str]:
    keys = active().keys_of("opentelemetry")
    return attribution.renamed(keys).attributes if keys else attribution.attributes
