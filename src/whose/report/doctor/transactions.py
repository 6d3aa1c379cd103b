"""Opens a transaction in each agent, and when it ends has the agent hand over what it has."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

#: Seconds that an agent may take to hand over what it has.
PATIENCE = 10.0


class NotSentError(Exception):
    """Raised where an agent begins or ends a transaction that will not be sent; the message tells why."""


@contextlib.contextmanager
def _newrelic(name: str) -> Iterator[None]:
    import newrelic.agent

    application = newrelic.agent.register_application(timeout=PATIENCE)
    if not application.active:
        raise NotSentError(f"the agent has not reached New Relic within {PATIENCE:.0f} s; its log tells why")
    with newrelic.agent.BackgroundTask(application, name=name, group="Doctor"):
        yield
    newrelic.agent.shutdown_agent(timeout=PATIENCE)


@contextlib.contextmanager
def _opentelemetry(name: str) -> Iterator[None]:
    from opentelemetry import trace

    with trace.get_tracer("whose.doctor").start_as_current_span(name, kind=trace.SpanKind.CONSUMER) as span:
        if not span.is_recording():
            raise NotSentError("the sampler left the span out; set OTEL_TRACES_SAMPLER=always_on to try")
        yield
    with _refusals("opentelemetry"):
        _flush(trace.get_tracer_provider())


@contextlib.contextmanager
def _opentelemetry_metrics(_: str) -> Iterator[None]:
    from opentelemetry import metrics

    yield
    with _refusals("opentelemetry"):
        _flush(metrics.get_meter_provider())


def _flush(provider: object) -> None:
    flush = getattr(provider, "force_flush", None)
    if flush is not None and not flush(int(PATIENCE * 1000)):
        raise NotSentError(f"the exporter has not taken it within {PATIENCE:.0f} s")


@contextlib.contextmanager
def _datadog(name: str) -> Iterator[None]:
    from ddtrace.constants import MANUAL_KEEP_KEY
    from ddtrace.trace import tracer

    with tracer.trace("whose.doctor", resource=name) as span:
        # Whatever is sampled, somebody looks for this one.
        span.set_tag(MANUAL_KEEP_KEY)
        yield
    with _refusals("ddtrace"):
        tracer.flush()


@contextlib.contextmanager
def _sentry(name: str) -> Iterator[None]:
    import sentry_sdk

    transport: Any = sentry_sdk.get_client().transport
    dropped: list[str] = []
    # Whatever is sampled, somebody looks for this one.
    begun = sentry_sdk.start_transaction
    with sentry_sdk.isolation_scope(), begun(name=name, op="whose.doctor", sampled=True) as transaction:
        if not transaction.sampled:
            raise NotSentError("the SDK sends no transactions; give sentry_sdk.init() a traces_sample_rate")
        yield
        # The SDK tells this method of each event that it gives up, and why (sentry_sdk/transport.py).
        transport.on_dropped_event = dropped.append
    sentry_sdk.flush(PATIENCE)
    if dropped:
        raise NotSentError(f"Sentry has not taken it: {dropped[-1]}; SENTRY_DEBUG=1 tells more")


@contextlib.contextmanager
def _elastic(name: str) -> Iterator[None]:
    import elasticapm

    client: Any = elasticapm.get_client()
    transaction = client.begin_transaction("script")
    if not transaction.is_sampled:
        raise NotSentError("the agent's sampler left it out; set ELASTIC_APM_TRANSACTION_SAMPLE_RATE=1 to try")
    yield
    with _refusals("elasticapm"):
        client.end_transaction(name, "success")
        client._transport.flush()


@contextlib.contextmanager
def _prometheus(_: str) -> Iterator[None]:
    yield


@contextlib.contextmanager
def _refusals(logger: str) -> Iterator[None]:
    """Raise what an agent logs as an error, which is how it says that it could not hand over.

    Raises:
        NotSentError: there was such an error.

    """
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger(logger).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(logger).removeHandler(handler)
    if said:
        raise NotSentError(f"the agent says: {said[-1]}")


OPENERS: dict[str, Callable[[str], AbstractContextManager[None]]] = {
    "newrelic": _newrelic,
    "opentelemetry": _opentelemetry,
    "opentelemetry_metrics": _opentelemetry_metrics,
    "datadog": _datadog,
    "sentry": _sentry,
    "elastic": _elastic,
    "prometheus": _prometheus,
}
