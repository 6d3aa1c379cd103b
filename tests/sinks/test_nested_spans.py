"""Work inside other work leaves the owner of the span around it alone, whatever the keys are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind

import whose

MAPPINGS = {"team-red": ["red"], "team-blue": ["blue"]}
RENAMED = {"code_owner": "owner", "code_owner_source": "owner_source", "code_owner_module": "owner_module"}


@pytest.fixture(params=[{}, RENAMED], ids=["default keys", "renamed keys"])
def keys(request: pytest.FixtureRequest) -> Iterator[Mapping[str, str]]:
    whose.install({"mappings": MAPPINGS, "keys": request.param, "sinks": ["opentelemetry"]})
    yield request.param
    whose.uninstall()


def test_a_span_keeps_the_owner_of_the_outer_work(keys: Mapping[str, str]) -> None:
    tracer = TracerProvider().get_tracer("tests")
    with tracer.start_as_current_span("GET", kind=SpanKind.SERVER) as span, whose.attributing("red"):
        with whose.attributing("blue"):
            pass
        attributes = dict(getattr(span, "attributes", {}))
    assert attributes[keys.get("code_owner", "code_owner")] == "team-red"
    assert attributes[keys.get("code_owner_module", "code_owner_module")] == "red"


def test_a_span_of_the_nested_works_own_gets_its_owner(keys: Mapping[str, str]) -> None:
    tracer = TracerProvider().get_tracer("tests")
    with (
        tracer.start_as_current_span("run/red", kind=SpanKind.CONSUMER),
        whose.attributing("red"),
        tracer.start_as_current_span("run/blue", kind=SpanKind.CONSUMER) as span,
        whose.attributing("blue"),
    ):
        attributes = dict(getattr(span, "attributes", {}))
    assert attributes[keys.get("code_owner", "code_owner")] == "team-blue"
