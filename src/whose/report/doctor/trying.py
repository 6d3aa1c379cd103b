"""Makes one attributed transaction through every agent that runs here, for a person to look for."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import whose
from whose.model import Attribution, Ownership, Rule, SourceName, Work
from whose.report.doctor.diagnosis import Tried
from whose.runtime import active

#: Seconds that an agent may take to hand over what it has.
PATIENCE = 10.0


class NotSentError(Exception):
    """Raised within an agent's transaction that will not be sent; the message tells why."""


def try_agents(sinks: Iterable[str]) -> tuple[Tried, ...]:
    """Make the transaction, owned by the first configured team, and return what became of it in each agent.

    The transactions of several agents stand one inside the other, as they do in a program. Never raises.
    """
    whose.install()
    attributor = active().attributor
    name = f"whose doctor {uuid.uuid4().hex[:8]}"
    attribution = _attribution(name)
    tried: dict[str, Tried] = {}
    with contextlib.ExitStack() as stack:
        opened = []
        for sink in sinks:
            open_transaction = _OPENERS.get(sink)
            if open_transaction is None:
                continue
            try:
                stack.enter_context(_closing(sink, open_transaction(name), tried))
                opened.append(sink)
            except Exception as error:
                tried[sink] = Tried(sink, is_sent=False, message=_why(error))
        errors = {outlet.name: outlet.errors for outlet in attributor.outlets}
        attributor.record(attribution)
        for outlet in attributor.outlets:
            if outlet.name in opened and outlet.errors > errors[outlet.name]:
                tried[outlet.name] = Tried(outlet.name, is_sent=False, message="the sink failed; the log tells how")
        for outlet in attributor.outlets:
            if outlet.name in opened and outlet.name not in tried:
                carried = (attribution.renamed(outlet.keys) if outlet.keys else attribution).attributes
                pairs = ", ".join(f"{key} = {value}" for key, value in carried.items())
                message = f"{_PLACES[outlet.name].format(name=name)}; it carries {pairs}"
                tried[outlet.name] = Tried(outlet.name, is_sent=True, message=message)
    return tuple(tried.values())


@contextlib.contextmanager
def _closing(sink: str, transaction: AbstractContextManager[None], tried: dict[str, Tried]) -> Iterator[None]:
    """Keep an agent that fails while it hands over from the others."""
    transaction.__enter__()
    yield
    try:
        transaction.__exit__(None, None, None)
    except Exception as error:
        tried[sink] = Tried(sink, is_sent=False, message=_why(error))


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NotSentError) else f"{type(error).__name__}: {error}"


def _attribution(name: str) -> Attribution:
    team = next(iter(active().index.teams.values()), None)
    rule = Rule(SourceName("declared"), name, team.name if team is not None else None, setting="whose doctor")
    # A task, since that is the kind of work for which every agent keeps a transaction.
    return Attribution(Work("task", name), Ownership(team, "whose.report.doctor", rule))


@contextlib.contextmanager
def _newrelic(name: str) -> Iterator[None]:
    import newrelic.agent

    newrelic.agent.initialize(os.environ.get("NEW_RELIC_CONFIG_FILE"), os.environ.get("NEW_RELIC_ENVIRONMENT"))
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
            raise NotSentError("no SDK is set up in this process, or its sampler left the span out")
        yield
    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None and not flush(int(PATIENCE * 1000)):
        raise NotSentError(f"the exporter has not taken it within {PATIENCE:.0f} s")


@contextlib.contextmanager
def _datadog(name: str) -> Iterator[None]:
    from ddtrace.trace import tracer

    if not tracer.enabled:
        raise NotSentError("the tracer is switched off: DD_TRACE_ENABLED")
    with tracer.trace("whose.doctor", resource=name):
        yield
    tracer.flush()


@contextlib.contextmanager
def _sentry(name: str) -> Iterator[None]:
    import sentry_sdk

    if not sentry_sdk.get_client().is_active():
        raise NotSentError("sentry_sdk.init() has not run in this process")
    with sentry_sdk.isolation_scope(), sentry_sdk.start_transaction(name=name, op="whose.doctor") as transaction:
        if not transaction.sampled:
            raise NotSentError("the SDK sends no transactions: traces_sample_rate left it out")
        yield
    sentry_sdk.flush(PATIENCE)


@contextlib.contextmanager
def _elastic(name: str) -> Iterator[None]:
    import elasticapm

    client: Any = elasticapm.get_client()
    if client is None:
        raise NotSentError("no elasticapm.Client was made in this process")
    if client.begin_transaction("script") is None:
        raise NotSentError("the agent is switched off: ELASTIC_APM_RECORDING, ELASTIC_APM_ENABLED")
    yield
    client.end_transaction(name, "success")
    client._transport.flush()


_OPENERS: dict[str, Callable[[str], AbstractContextManager[None]]] = {
    "newrelic": _newrelic,
    "opentelemetry": _opentelemetry,
    "datadog": _datadog,
    "sentry": _sentry,
    "elastic": _elastic,
}
#: Where a person finds it.
_PLACES = {
    "newrelic": "NRQL: SELECT * FROM Transaction WHERE name LIKE '%{name}' SINCE 1 hour ago",
    "opentelemetry": "a span of kind consumer, called {name!r}, by the tracer whose.doctor",
    "datadog": "APM, Traces: operation_name:whose.doctor resource_name:{name!r}",
    "sentry": "Explore, Traces: transaction:{name!r}",
    "elastic": "APM, Transactions of type script: transaction.name is {name!r}",
}
