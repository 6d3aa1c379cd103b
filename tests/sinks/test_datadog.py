"""Datadog's tag ``team``: written, switched off, and never in place of the user's."""

from __future__ import annotations

from typing import Any

import pytest
from ddtrace.trace import TraceFilter, tracer

import whose
from whose.sinks.datadog import DatadogSink
from whose.testing import installed

RULES: dict[str, Any] = {"mappings": {"red": ["datadog_red"]}}


class Unsent(TraceFilter):  # type: ignore[misc]
    """Keeps traces from being sent: there is no agent here."""

    def process_trace(self, trace: Any) -> None:
        return None


def tags_of_a_work(users: dict[str, str]) -> dict[str, str]:
    tracer.configure(trace_processors=[Unsent()])
    with installed({**RULES, "sinks": [DatadogSink()]}), tracer.trace("script") as span:
        span.set_tags(users)
        with whose.attributing("datadog_red", kind="task"):
            pass
        return {key: span.get_tag(key) for key in ("code_owner", "team")}


def test_the_team_is_written() -> None:
    assert tags_of_a_work({}) == {"code_owner": "red", "team": "red"}


def test_a_team_that_the_user_has_set_stays() -> None:
    assert tags_of_a_work({"team": "theirs"}) == {"code_owner": "red", "team": "theirs"}


def test_the_team_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSE_DATADOG_TEAM", "false")
    assert tags_of_a_work({}) == {"code_owner": "red", "team": None}
