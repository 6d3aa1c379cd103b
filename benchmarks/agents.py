"""The surroundings that an agent makes for a task, and the agent's own cheapest call that sets some attributes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring import Lap

#: Makes a lap of a call: so many runs of it, each in what the agent would have opened around a task.
MakeLap = Callable[[Callable[[], object]], Lap]
_BACKENDS = "edx_django_utils.monitoring"
RUNS = 10


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent in one state."""

    #: Name of our sink's entry point, and the peer's class for the same agent.
    sink: str
    backend: str
    #: The agent's call that sets all attributes at once, in words, and a function that returns that call.
    call: str
    setter: Callable[[Mapping[str, str]], Callable[[], object]]
    surroundings: Callable[[], AbstractContextManager[MakeLap]]


def _set_on_span(attributes: Mapping[str, str]) -> Callable[[], object]:
    from opentelemetry.trace import get_current_span

    def set_all() -> None:
        get_current_span().set_attributes(attributes)

    return set_all


def _set_on_transaction(attributes: Mapping[str, str]) -> Callable[[], object]:
    from newrelic.api.transaction import current_transaction

    def set_all() -> None:
        transaction = current_transaction()
        if transaction is not None:
            transaction.add_custom_attributes(attributes.items())

    return set_all


@contextmanager
def _spans(*, sampled: bool) -> Iterator[MakeLap]:
    """Each run with a new span as the current one; the spans go nowhere, for sending is the agent's own business."""
    from opentelemetry.context import attach, detach
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
    from opentelemetry.trace import set_span_in_context

    tracer = TracerProvider(sampler=ALWAYS_ON if sampled else ALWAYS_OFF).get_tracer("benchmarks")

    def make_lap(call: Callable[[], object]) -> Lap:
        def timed() -> float:
            spans = [tracer.start_span("task") for _ in range(RUNS)]
            contexts = [set_span_in_context(span) for span in spans]
            begin = time.thread_time()
            for context in contexts:
                token = attach(context)
                call()
                detach(token)
            seconds = time.thread_time() - begin
            for span in spans:
                span.end()
            return seconds / RUNS

        return timed

    yield make_lap


@contextmanager
def _transactions(*, is_open: bool) -> Iterator[MakeLap]:
    """All runs of a lap in one transaction, or in none; the agent is in developer mode, so that it sends nothing."""
    import newrelic.agent
    from newrelic.api.background_task import BackgroundTask

    settings: Any = newrelic.agent.global_settings()
    settings.enabled = settings.developer_mode = True
    application = newrelic.agent.register_application("benchmarks", timeout=10)
    if not application.active:
        raise RuntimeError("New Relic's agent did not start in developer mode")

    def make_lap(call: Callable[[], object]) -> Lap:
        def timed() -> float:
            turns = range(RUNS)
            begin = time.thread_time()
            for _ in turns:
                call()
            return (time.thread_time() - begin) / RUNS

        def timed_inside() -> float:
            with BackgroundTask(application, "task"):
                return timed()

        return timed_inside if is_open else timed

    yield make_lap


AGENTS: Mapping[str, Agent] = {
    "OpenTelemetry, recording": Agent(
        "opentelemetry",
        f"{_BACKENDS}.OpenTelemetryBackend",
        "set_attributes",
        _set_on_span,
        lambda: _spans(sampled=True),
    ),
    "OpenTelemetry, unsampled": Agent(
        "opentelemetry",
        f"{_BACKENDS}.OpenTelemetryBackend",
        "set_attributes",
        _set_on_span,
        lambda: _spans(sampled=False),
    ),
    "New Relic, in a transaction": Agent(
        "newrelic",
        f"{_BACKENDS}.NewRelicBackend",
        "add_custom_attributes",
        _set_on_transaction,
        lambda: _transactions(is_open=True),
    ),
    "New Relic, outside": Agent(
        "newrelic",
        f"{_BACKENDS}.NewRelicBackend",
        "add_custom_attributes",
        _set_on_transaction,
        lambda: _transactions(is_open=False),
    ),
}
