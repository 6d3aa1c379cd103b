"""What an attribution costs beside what each agent itself takes for the same task, sampled and not."""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import whose
from benchmarks import projects
from benchmarks.celery_tasks import without_caller
from benchmarks.clocks import Clocks
from benchmarks.measuring import Effort, Figure, Figures, Measured, in_fresh_processes, lap, taken
from benchmarks.tables import Line, Row, Table

_RUNS = 5
#: Nobody listens there; nothing is sent to it within the time that is measured.
_NOWHERE = "http://127.0.0.1:9"
_CALLS = {
    "OpenTelemetry": "set_attributes",
    "OpenTelemetry, unsampled": "set_attributes",
    "Datadog": "set_tags",
    "Sentry, errors only": "set_tags",
    "Sentry, traces": "set_tags",
    "Elastic APM": "label",
    "New Relic": "add_custom_attributes",
    "Prometheus": "inc, and observe",
}
#: A client that is there to be called, and does nothing of its own when a task runs.
_NOT_AROUND_TASKS = frozenset({"Prometheus"})
#: An unsampled span is to cost next to nothing: less than a setter that does nothing and our own part together.
_UNSAMPLED = 0.5

_NOTHING: Mapping[str, str] = MappingProxyType({})

Setter = Callable[[Mapping[str, str]], object]


def tables(effort: Effort) -> Iterator[Table]:
    """Measure each agent in processes of its own, and return the table."""
    bare = in_fresh_processes(measure_bare, effort)["bare"]
    rows = [Row("bare: the task and its tracer, without any agent", bare)]
    for name, measure in _MEASURES.items():
        figures = in_fresh_processes(measure, effort)
        rows += _rows(name, figures, None if name in _NOT_AROUND_TASKS else figures["agent"].less(bare.median))
    yield Table("An attribution beside a whole agent, for one Celery task", "us", "agent", rows)


def _rows(name: str, figures: Figures, agent: Figure | None) -> Iterator[Row]:
    own = figures["own"]
    yield Row(name, figures["owner"], agent, Line(own.median + 0.6, f"({_CALLS[name]} {own.median:.2f} + 0.6)"))
    if name.endswith("unsampled"):
        yield Row("  beyond the setter", figures["beyond"], line=Line(_UNSAMPLED))


def measure_bare(seconds: float) -> Measured:
    """Return the microseconds of a task that nothing watches."""
    app = _app()
    return taken({"bare": lap(_traced(app, _task(app, "bare")), runs=_RUNS)}, seconds=seconds)


def _measure(sink: str, start: Callable[[], Setter], seconds: float, *, more: Mapping[str, str] = _NOTHING) -> Measured:
    """Return, in the process of one agent, what its setter and our attribution take within a task that it watches.

    Clocks stand around our wrapper of ``run`` and inside of it, for the agent takes a hundred times as long as what is
    between them, and varies by more. ``more`` is what our sink writes beside the attributes.
    """
    logging.disable(logging.CRITICAL)
    # Agents look for eventlet, which says of itself whenever it is imported that it is deprecated.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    setter = start()
    app = _app()
    attributes: dict[str, str] = {}
    clocks = {name: Clocks() for name in ("agent", "owner")}
    unowned = clocks["agent"].around(_task(app, "agent", body=clocks["agent"].body)), _task(app, "whole")
    runs = [task.run for task in unowned]
    agent, bare = (_traced(app, task) for task in unowned)
    calls = {"agent": agent}
    whose.install({"sinks": [sink], "mappings": projects.mappings(1_000)})
    for task, run in zip(unowned, runs, strict=True):
        # Not ours again: New Relic's and Sentry's tracers look for it at each call.
        task.run = run
    try:
        with whose.attributing(projects.MODULE) as attribution:
            attributes.update(attribution.attributes, **more)
        owned = without_caller(_task(app, "owner", body=clocks["owner"].body))
        calls["owner"] = _traced(app, clocks["owner"].around(owned))
        clocks["agent"].inside = lambda: setter(attributes)
        whole = taken({"agent": lap(bare, runs=_RUNS)}, seconds=seconds)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for call in calls.values():
                call()
    finally:
        whose.uninstall()
    measured = {
        "agent": whole["agent"],
        "own": clocks["agent"].of_call - clocks["owner"].of_call,
        "owner": clocks["owner"].of_wrapper - clocks["agent"].of_wrapper,
    }
    return measured | {"beyond": measured["owner"] - measured["own"]}


def _app() -> Any:
    from celery import Celery

    return Celery("measured", broker="memory://", set_as_current=False)


def _task(app: Any, name: str, *, body: Callable[..., object] | None = None) -> Any:
    if body is None:
        body = projects.module(projects.MODULE, "def task(): pass").task
    return app.task(body, name=f"sales.{name}", ignore_result=True, shared=False, lazy=False)


def _traced(app: Any, task: Any) -> Callable[[], object]:
    """Return what runs a task as a worker does."""
    from celery.app import trace  # looked up now, for an agent may have wrapped what is in it

    tracer = trace.build_tracer(task.name, task, app=app)
    request = {"id": "1", "task": task.name, "delivery_info": {}, "hostname": "worker", "headers": {}}
    return partial(tracer, "1", (), {}, request)


def _opentelemetry(*, is_sampled: bool) -> Setter:
    from opentelemetry import trace
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

    trace.set_tracer_provider(TracerProvider(sampler=ALWAYS_ON if is_sampled else ALWAYS_OFF))
    CeleryInstrumentor().instrument()
    return lambda attributes: trace.get_current_span().set_attributes(attributes)


def _datadog() -> Setter:
    os.environ |= {"DD_TRACE_AGENT_URL": _NOWHERE, "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
    import ddtrace
    from ddtrace.trace import tracer

    ddtrace.patch(celery=True)

    def set_all(attributes: Mapping[str, str]) -> None:
        span = tracer.current_span()
        if span is not None:
            span.set_tags(attributes)

    return set_all


def _sentry(*, traces: float) -> Setter:
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.transport import Transport

    class Dropping(Transport):
        def capture_envelope(self, envelope: object) -> None: ...

    sentry_sdk.init(
        dsn=_NOWHERE.replace("//", "//key@") + "/1",
        transport=Dropping,
        integrations=[CeleryIntegration()],
        default_integrations=False,
        auto_enabling_integrations=False,
        traces_sample_rate=traces or None,
    )
    return lambda attributes: sentry_sdk.get_isolation_scope().set_tags(attributes)


def _elastic() -> Setter:
    import elasticapm
    from elasticapm.contrib.celery import register_instrumentation

    client = elasticapm.Client(
        service_name="measured",
        server_url=_NOWHERE,
        disable_send=True,
        metrics_interval="0ms",
        central_config=False,
        cloud_provider="none",
    )
    register_instrumentation(client)
    return lambda attributes: elasticapm.label(**attributes)


def _newrelic() -> Setter:
    import newrelic.agent

    newrelic.agent.initialize()
    settings: Any = newrelic.agent.global_settings()
    settings.enabled = settings.developer_mode = True
    newrelic.agent.register_application(timeout=10)
    from newrelic.api.transaction import current_transaction

    def set_all(attributes: Mapping[str, str]) -> None:
        transaction = current_transaction()
        if transaction is not None:
            transaction.add_custom_attributes(attributes.items())

    return set_all


def _prometheus() -> Setter:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    count = Counter("work", "works", ["kind", "owner"], registry=registry)
    seconds = Histogram("seconds", "seconds", ["kind", "owner"], registry=registry)

    def count_one(attributes: Mapping[str, str]) -> None:
        labels = ("task", attributes["code_owner"])
        count.labels(*labels).inc()
        seconds.labels(*labels).observe(0.01)

    return count_one


_MEASURES: Mapping[str, Callable[[float], Measured]] = {
    "OpenTelemetry": partial(_measure, "opentelemetry", partial(_opentelemetry, is_sampled=True)),
    "OpenTelemetry, unsampled": partial(_measure, "opentelemetry", partial(_opentelemetry, is_sampled=False)),
    "Datadog": partial(_measure, "datadog", _datadog, more={"team": projects.TEAM}),
    "Sentry, errors only": partial(_measure, "sentry", partial(_sentry, traces=0.0)),
    "Sentry, traces": partial(_measure, "sentry", partial(_sentry, traces=1.0)),
    "Elastic APM": partial(_measure, "elastic", _elastic),
    "New Relic": partial(_measure, "newrelic", _newrelic),
    "Prometheus": partial(_measure, "prometheus", _prometheus),
}
