"""A receiver of OpenTelemetry's protocol over gRPC that keeps the spans, log records and metrics it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from tests.agents.receivers.otlp import Signals


class OtlpGrpcReceiver(Signals):
    """Serves until the block ends; a context manager."""

    def __init__(self) -> None:
        super().__init__()
        self._server: grpc.Server | None = None
        self._port = 0

    def __enter__(self) -> Self:
        server = self._server = grpc.server(ThreadPoolExecutor(4, thread_name_prefix="otlp-grpc"))
        self._port = server.add_insecure_port("127.0.0.1:0")
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Spans(self), server)  # type: ignore[no-untyped-call]
        logs_service_pb2_grpc.add_LogsServiceServicer_to_server(_Logs(self), server)  # type: ignore[no-untyped-call]
        metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(_Metrics(self), server)  # type: ignore[no-untyped-call]
        server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop(grace=1).wait()

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes OpenTelemetry's exporter report here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_SERVICE_NAME": "whose-tests",
            "OTEL_TRACES_SAMPLER": "always_on",
        }


class _Spans(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def Export(self, request: Any, context: Any) -> Any:
        self._signals.keep_spans(request)
        return trace_service_pb2.ExportTraceServiceResponse()


class _Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def Export(self, request: Any, context: Any) -> Any:
        self._signals.keep_logs(request)
        return logs_service_pb2.ExportLogsServiceResponse()


class _Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def Export(self, request: Any, context: Any) -> Any:
        self._signals.keep_metrics(request)
        return metrics_service_pb2.ExportMetricsServiceResponse()
