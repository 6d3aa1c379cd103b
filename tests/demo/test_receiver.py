"""The receiver, spoken to by OpenTelemetry's own exporter."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind

from whose.demo.receiver import Receiver


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_spans_arrive_as_they_were_sent(compression: Compression) -> None:
    with Receiver() as receiver:
        exporter = OTLPSpanExporter(f"{receiver.endpoint}/v1/traces", compression=compression)
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        span = provider.get_tracer("test").start_span(
            "GET cart/",
            kind=SpanKind.SERVER,
            attributes={"code_owner": "red", "http.status_code": 500},
            start_time=1_000,
        )
        span.set_attribute("names", ["a", "b"])
        span.end(end_time=250_001_000)
        (arrived,) = receiver.spans()
        provider.shutdown()
    assert (arrived.name, arrived.kind, arrived.seconds) == ("GET cart/", "SERVER", 0.25)
    assert arrived.attributes == {"code_owner": "red", "http.status_code": 500, "names": ("a", "b")}


def test_a_span_sent_twice_is_kept_once() -> None:
    with Receiver() as receiver:
        exporter = OTLPSpanExporter(f"{receiver.endpoint}/v1/traces")
        span = TracerProvider().get_tracer("test").start_span("once")
        span.end()
        assert isinstance(span, ReadableSpan)
        exporter.export([span])
        exporter.export([span])
        assert len(receiver.spans()) == 1
        exporter.shutdown()  # type: ignore[no-untyped-call]


def test_what_is_no_trace_is_refused_and_changes_nothing() -> None:
    with Receiver() as receiver:
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(f"{receiver.endpoint}/v1/traces", data=b"\xff\xff nonsense")
        assert urllib.request.urlopen(f"{receiver.endpoint}/v1/metrics", data=b"metrics").status == 200
        assert receiver.spans() == ()
