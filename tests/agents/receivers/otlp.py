"""A receiver of OpenTelemetry's protocol over HTTP that keeps the spans, log records and metrics it is sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a span, such as ``exception``."""

    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span as it left the process."""

    name: str
    #: ``INTERNAL``, ``SERVER``, ``CLIENT``, ``PRODUCER`` or ``CONSUMER``.
    kind: str
    attributes: Mapping[str, Any]
    events: tuple[Happening, ...]
    resource: Mapping[str, Any]
    #: ``UNSET``, ``OK`` or ``ERROR``.
    status: str
    trace_id: str
    span_id: str
    #: None for the first span of a trace.
    parent_id: str | None
    #: The instrumentation that made it.
    scope: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedLog:
    """A log record as it left the process."""

    body: Any
    attributes: Mapping[str, Any]
    #: Empty where no span was current.
    span_id: str


@dataclass(frozen=True, slots=True)
class ReceivedPoint:
    """One series of a metric as it left the process."""

    metric: str
    attributes: Mapping[str, Any]
    #: What was added up, or the sum of what a histogram observed.
    value: float
    #: How often a histogram observed, and the upper bounds of its buckets; nothing for others.
    count: int = 0
    bounds: tuple[float, ...] = ()


class Signals:
    """What was received, whichever way it came."""

    def __init__(self) -> None:
        self._spans: list[ReceivedSpan] = []
        self._logs: list[ReceivedLog] = []
        self._points: list[ReceivedPoint] = []
        self._lock = threading.Lock()

    def spans(self) -> tuple[ReceivedSpan, ...]:
        """Return the spans received so far, in the order of their arrival."""
        with self._lock:
            return tuple(self._spans)

    def logs(self) -> tuple[ReceivedLog, ...]:
        """Return the log records received so far."""
        with self._lock:
            return tuple(self._logs)

    def points(self) -> tuple[ReceivedPoint, ...]:
        """Return the series of metrics received so far, once for each export."""
        with self._lock:
            return tuple(self._points)

    def keep_spans(self, request: ExportTraceServiceRequest) -> None:
        """Keep the spans of one export request."""
        spans = [
            _span(span, resource=_attributes(group.resource.attributes), scope=scope.scope.name)
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]
        with self._lock:
            self._spans.extend(spans)

    def keep_logs(self, request: ExportLogsServiceRequest) -> None:
        """Keep the log records of one export request."""
        logs = [
            ReceivedLog(_value(record.body), _attributes(record.attributes), record.span_id.hex())
            for group in request.resource_logs
            for scope in group.scope_logs
            for record in scope.log_records
        ]
        with self._lock:
            self._logs.extend(logs)

    def keep_metrics(self, request: ExportMetricsServiceRequest) -> None:
        """Keep the series of one export request."""
        points = [
            _point(metric.name, point)
            for group in request.resource_metrics
            for scope in group.scope_metrics
            for metric in scope.metrics
            for point in _points(metric)
        ]
        with self._lock:
            self._points.extend(points)


class OtlpReceiver(Signals):
    """Serves until the block ends; a context manager."""

    def __init__(self) -> None:
        super().__init__()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("localhost", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="otlp-receiver", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def endpoint(self) -> str:
        """Return the URL that an exporter calls its endpoint, without the path of a signal."""
        assert self._server is not None, "the receiver serves only inside its block"
        return f"http://localhost:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes OpenTelemetry's exporter report here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_SERVICE_NAME": "whose-tests",
            "OTEL_TRACES_SAMPLER": "always_on",
        }

    def keep(self, path: str, body: bytes) -> None:
        """Keep what was posted to the path of a signal."""
        match path:
            case "/v1/traces":
                self.keep_spans(ExportTraceServiceRequest.FromString(body))
            case "/v1/logs":
                self.keep_logs(ExportLogsServiceRequest.FromString(body))
            case "/v1/metrics":
                self.keep_metrics(ExportMetricsServiceRequest.FromString(body))


def _span(span: trace_pb2.Span, *, resource: Mapping[str, Any], scope: str) -> ReceivedSpan:
    return ReceivedSpan(
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        attributes=_attributes(span.attributes),
        events=tuple(Happening(event.name, _attributes(event.attributes)) for event in span.events),
        resource=resource,
        status=trace_pb2.Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex() or None,
        scope=scope,
    )


def _points(metric: metrics_pb2.Metric) -> Iterable[Any]:
    match metric.WhichOneof("data"):
        case None:
            return ()
        case field:
            return tuple(getattr(metric, field).data_points)


def _point(metric: str, point: Any) -> ReceivedPoint:
    attributes = _attributes(point.attributes)
    if isinstance(point, metrics_pb2.NumberDataPoint):
        return ReceivedPoint(metric, attributes, getattr(point, str(point.WhichOneof("value"))))
    return ReceivedPoint(metric, attributes, point.sum, point.count, tuple(getattr(point, "explicit_bounds", ())))


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return tuple(_value(item) for item in value.array_value.values)
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case field:
            return getattr(value, field)


def _handler(receiver: OtlpReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this, each answer waits for a delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.keep(self.path, body)
            # An empty answer is the same for all signals.
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: what counts is what was received."""

    return Handler
