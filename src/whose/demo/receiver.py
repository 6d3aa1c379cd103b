"""A receiver of OpenTelemetry's protocol over HTTP that keeps the spans it is sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from whose.demo.spans import Span, Value

_NANOSECONDS = 1e-9


class Receiver(AbstractContextManager["Receiver"]):
    """Listens on a free port of this machine until its block ends."""

    def __init__(self) -> None:
        self._spans: dict[str, Span] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self), bind_and_activate=False)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        self._server.server_bind()
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="otlp-receiver", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Return what ``OTEL_EXPORTER_OTLP_ENDPOINT`` must be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def spans(self) -> tuple[Span, ...]:
        """Return the spans received so far, in the order of their arrival, each once however often it was sent."""
        with self._lock:
            return tuple(self._spans.values())

    def keep(self, body: bytes) -> None:
        """Keep the spans of one export request; raises DecodeError where the body is none."""
        request = ExportTraceServiceRequest.FromString(body)
        spans = [_span(span) for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
        with self._lock:
            for span in spans:
                self._spans.setdefault(span.span_id, span)


def _span(span: trace_pb2.Span) -> Span:
    return Span(
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        attributes=_attributes(span.attributes),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) * _NANOSECONDS,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Value]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Value:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return tuple(_value(item) for item in value.array_value.values)
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case "bytes_value":
            return value.bytes_value.hex()
        case field:
            plain: str | bool | int | float = getattr(value, field)
            return plain


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this, each answer waits for a delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = 200
            # Metrics and logs may come too; they are no concern of this receiver.
            if self.path == "/v1/traces":
                try:
                    receiver.keep(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                except (DecodeError, OSError, EOFError):
                    status = 400
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Keep quiet: what counts is what was received."""

    return Handler
