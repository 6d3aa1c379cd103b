"""Tells what the agent behind each sink lacks to send anything from this process, and the mend."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Lack:
    """What keeps an agent from sending."""

    message: str
    mend: str
    #: Somebody has begun to start the agent here, so that it is worth telling though nobody named the sink.
    is_begun: bool = True
    #: It takes attributions all the same, and whether they get anywhere only a person can tell.
    is_running: bool = False


def lack_of(sink: str) -> Lack | None:
    """Return what the agent behind a sink lacks; None where it is complete, or where we do not know the agent."""
    look = _LOOKS.get(sink)
    return look() if look is not None else None


def is_tracing() -> bool:
    """Tell whether somebody has set OpenTelemetry a tracer provider; the API's own, which waits for one, is none."""
    trace: Any = sys.modules.get("opentelemetry.trace")
    return trace is not None and not type(trace.get_tracer_provider()).__module__.startswith("opentelemetry.trace")


def metrics_folder() -> str | None:
    """Return the folder in which prometheus-client adds up the values of several processes; None where it does not."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR") or os.environ.get("prometheus_multiproc_dir")  # noqa: SIM112


def _newrelic() -> Lack | None:
    config: Any = sys.modules.get("newrelic.config")
    has_key = any(os.environ.get(name) for name in ("NEW_RELIC_LICENSE_KEY", "NEW_RELIC_CONFIG_FILE"))
    if config is None or not config._configuration_done:
        if "NEW_RELIC_ADMIN_COMMAND" in os.environ and not has_key:
            return Lack("newrelic-admin starts no agent without a license key", _KEY)
        mend = "newrelic-admin run-program COMMAND, or newrelic.agent.initialize() in a module to --import"
        return Lack("its agent is not started here", mend, is_begun=has_key or "newrelic.agent" in sys.modules)
    from newrelic.core.config import global_settings

    settings = global_settings()
    if not settings.monitor_mode and not settings.developer_mode:
        return Lack("its agent is switched off", "set NEW_RELIC_MONITOR_MODE=true, or monitor_mode in its file")
    if not settings.license_key and not settings.developer_mode:
        return Lack("its agent has no license key", _KEY)
    return None


_KEY = "set NEW_RELIC_LICENSE_KEY, or NEW_RELIC_CONFIG_FILE to a file with license_key"


def _opentelemetry() -> Lack | None:
    if not _is_importable("opentelemetry.sdk"):
        mend = "pip install opentelemetry-sdk opentelemetry-exporter-otlp"
        return Lack("only OpenTelemetry's API is installed, which sends nothing", mend, is_begun=False)
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Lack("its SDK is switched off", "unset OTEL_SDK_DISABLED")
    if not is_tracing():
        mend = "opentelemetry-instrument COMMAND, or trace.set_tracer_provider(...) in a module to --import"
        return Lack("no tracer provider is set here", mend, is_begun="opentelemetry.sdk.trace" in sys.modules)
    from opentelemetry.trace import get_tracer_provider

    # The SDK's own provider; of another we do not know where its spans go.
    processors = getattr(getattr(get_tracer_provider(), "_active_span_processor", None), "_span_processors", None)
    if processors is not None and all(type(one).__module__.partition(".")[0] == "whose" for one in processors):
        mend = "set OTEL_TRACES_EXPORTER=otlp, or provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))"
        return Lack("its tracer provider has no exporter, so spans go nowhere", mend)
    return None


def _opentelemetry_metrics() -> Lack | None:
    metrics: Any = sys.modules.get("opentelemetry.metrics")
    provider = metrics.get_meter_provider() if metrics is not None else None
    if provider is None or type(provider).__module__.startswith("opentelemetry.metrics"):
        mend = "opentelemetry-instrument COMMAND, or metrics.set_meter_provider(...) in a module to --import"
        return Lack("no meter provider is set here", mend, is_begun=False)
    readers = getattr(provider, "_metric_readers", None)
    if readers is None:
        # Up to some version 1.3x of the SDK.
        readers = getattr(getattr(provider, "_sdk_config", None), "metric_readers", None)
    if readers is not None and not readers:
        mend = (
            "set OTEL_METRICS_EXPORTER=otlp, or "
            "MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())])"
        )
        return Lack("its meter provider has no reader, so metrics go nowhere", mend, is_begun=False)
    return None


def _datadog() -> Lack | None:
    if "ddtrace" not in sys.modules:
        return Lack("its tracer is not loaded here", _TRACING, is_begun=False)
    from ddtrace.trace import tracer

    if not tracer.enabled:
        return Lack("its tracer is switched off", "set DD_TRACE_ENABLED=true")
    patched = getattr(sys.modules.get("ddtrace._monkey"), "_PATCHED_MODULES", None)
    if patched is not None and not patched and "ddtrace.bootstrap.preload" not in sys.modules:
        return Lack("its tracer is loaded, but nothing is patched, so works have no spans", _TRACING, is_running=True)
    return None


_TRACING = "ddtrace-run COMMAND, or import ddtrace.auto in a module to --import"


def _sentry() -> Lack | None:
    sdk: Any = sys.modules.get("sentry_sdk")
    if sdk is None or not sdk.get_client().is_active():
        mend = "call sentry_sdk.init(), and --import the module that does"
        return Lack("sentry_sdk.init() has not run in this process", mend, is_begun=sdk is not None)
    if sdk.get_client().transport is None:
        return Lack("it has no DSN", "set SENTRY_DSN, or sentry_sdk.init(dsn=...)")
    return None


def _elastic() -> Lack | None:
    agent: Any = sys.modules.get("elasticapm")
    client = agent.get_client() if agent is not None else None
    if client is None:
        mend = "make one, or have elasticapm.contrib.django do it, and --import the module that does"
        return Lack("no elasticapm.Client was made in this process", mend, is_begun=agent is not None)
    if not client.config.enabled:
        return Lack("its agent is switched off", "set ELASTIC_APM_ENABLED=true")
    if not client.config.recording:
        return Lack("its agent does not record", "set ELASTIC_APM_RECORDING=true")
    if client.config.disable_send:
        wrong = "; ".join(map(str, client.config.errors.values()))
        mend = f"mend its configuration: {wrong}" if wrong else "set ELASTIC_APM_DISABLE_SEND=false"
        return Lack("its agent sends nothing", mend)
    return None


def _prometheus() -> Lack | None:
    folder = metrics_folder()
    is_loaded = "prometheus_client" in sys.modules
    if folder is not None and not (Path(folder).is_dir() and os.access(folder, os.W_OK)):
        mend = "make it, empty, before the program starts"
        return Lack(f"PROMETHEUS_MULTIPROC_DIR={folder} is no folder to write to", mend, is_begun=is_loaded)
    if folder is None and not _is_serving_metrics():
        mend = "call prometheus_client.start_http_server(PORT), if no view of yours serves them"
        return Lack("this process serves its metrics on no port", mend, is_begun=is_loaded, is_running=True)
    return None


def _is_serving_metrics() -> bool:
    """Tell whether prometheus-client's own server runs in this process."""
    exposition: Any = sys.modules.get("prometheus_client.exposition")
    # A running thread keeps the bound serve_forever() that start_http_server() gave it.
    targets = (getattr(thread, "_target", None) for thread in threading.enumerate())
    servers = (getattr(target, "__self__", None) for target in targets)
    return exposition is not None and any(isinstance(one, exposition.ThreadingWSGIServer) for one in servers)


def _is_importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


_LOOKS: dict[str, Callable[[], Lack | None]] = {
    "newrelic": _newrelic,
    "opentelemetry": _opentelemetry,
    "opentelemetry_metrics": _opentelemetry_metrics,
    "datadog": _datadog,
    "sentry": _sentry,
    "elastic": _elastic,
    "prometheus": _prometheus,
}
