"""A span has the attributes that the SDK makes of ours, also where they are made ready beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from whose.sinks.opentelemetry_prepared import PreparedAttributes

OURS = {"code_owner": "team-red", "code_owner_module": "shop.cart.basket", "code_owner_source": "mapping"}
LIMITS: Mapping[str, SpanLimits | None] = {
    "as usual": None,
    "two attributes": SpanLimits(max_span_attributes=2),
    "ten attributes": SpanLimits(max_span_attributes=10),
    "none": SpanLimits(max_span_attributes=0),
    "without limit": SpanLimits(max_span_attributes=SpanLimits.UNSET),
    "short values": SpanLimits(max_span_attribute_length=4),
}
USERS: Sequence[Mapping[str, Any]] = (
    {},
    *({f"users.{number}": number for number in range(count)} for count in (1, 9, 127)),
    OURS,
    {},
)


def written(limits: SpanLimits | None, write: Any) -> list[dict[str, Any]]:
    """Return the attributes of a span for each of USERS, in the order in which they stand there."""
    tracer = TracerProvider(span_limits=limits).get_tracer("tests")
    spans: list[Any] = []
    for users in USERS:
        span = tracer.start_span("task", attributes=users)
        write(span)
        span.set_attribute("afterwards", True)
        span.end()
        spans.append(span)
    return [dict(span.attributes) for span in spans]


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_every_span_has_what_the_sdk_makes_of_them(limits: SpanLimits | None) -> None:
    prepared = PreparedAttributes(OURS)
    by_us = written(limits, prepared.write_to)
    assert by_us == written(limits, lambda span: span.set_attributes(OURS))
    assert (prepared.kind is not None) == (
        limits in (LIMITS["as usual"], LIMITS["short values"], LIMITS["without limit"])
    )


def test_each_span_has_what_its_own_limits_allow() -> None:
    prepared = PreparedAttributes(OURS)
    for name in (*LIMITS, *LIMITS):
        by_us = written(LIMITS[name], prepared.write_to)
        assert by_us == written(LIMITS[name], lambda span: span.set_attributes(OURS)), name


def test_a_span_that_has_ended_stays_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    tracer = TracerProvider().get_tracer("tests")
    prepared = PreparedAttributes(OURS)
    prepared.write_to(tracer.start_span("task"))
    span: Any = tracer.start_span("task")
    span.end()
    prepared.write_to(span)
    assert not span.attributes
    assert "ended span" in caplog.text


def test_a_span_of_a_type_of_the_users_own_is_asked_itself() -> None:
    asked: list[Mapping[str, Any]] = []

    class Asked:
        """A span around a span, as some distributions have it."""

        def __init__(self, span: Any) -> None:
            self._span = span

        def __getattr__(self, name: str) -> Any:
            return getattr(self._span, name)

        def set_attributes(self, attributes: Mapping[str, Any]) -> None:
            asked.append(attributes)
            self._span.set_attributes(attributes)

    prepared = PreparedAttributes(OURS)
    tracer = TracerProvider().get_tracer("tests")
    for _ in range(3):
        span: Any = tracer.start_span("task")
        prepared.write_to(Asked(span))
        assert span.attributes == OURS
    assert asked == [OURS] * 3


def test_a_span_that_is_not_recorded_prepares_nothing() -> None:
    prepared = PreparedAttributes(OURS)
    prepared.write_to(TracerProvider(sampler=ALWAYS_OFF).get_tracer("tests").start_span("task"))
    assert prepared.kind is None
    prepared.write_to(TracerProvider().get_tracer("tests").start_span("task"))
    assert prepared.kind is not None
