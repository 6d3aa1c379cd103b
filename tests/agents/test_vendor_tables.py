"""The same flavours under the agents of other vendors, and under two agents at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.agents import matrix_files
from tests.agents.celery_claims import ExpectedTasks
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent
from tests.agents.launchers.celery import Pool, run_flavours
from tests.agents.launchers.django import Server, run_requests
from tests.agents.launchers.outcome import Run
from tests.agents.verdicts import Verdict, complaints_of

Judged = Literal["newrelic", "opentelemetry", "datadog", "sentry", "elastic", "prometheus"]
AGENTS: tuple[Judged, ...] = ("newrelic", "opentelemetry", "datadog", "sentry", "elastic", "prometheus")


def judge(expected: ExpectedTasks | ExpectedRequests, agent: Judged, run: Run) -> list[Verdict]:
    match agent:
        case "newrelic":
            return expected.in_newrelic(run)
        case "opentelemetry":
            return expected.in_opentelemetry(run)
        case "datadog":
            return expected.in_datadog(run)
        case "sentry":
            return expected.in_sentry(run)
        case "elastic":
            return expected.in_elastic(run)
        case "prometheus":
            assert not run.sent.prometheus_complaints, run.sent.prometheus_complaints
            return expected.in_prometheus(run)


def _is_slow(name: str, where: str) -> bool:
    # With Prometheus a worker runs beside another agent below, and one of its own is like another.
    return where not in ("prefork", "uvicorn") or name == "prometheus"


@pytest.mark.parametrize(
    ("name", "pool"),
    [
        pytest.param(name, pool, marks=[pytest.mark.slow] if _is_slow(name, pool) else [])
        for name in ("datadog", "sentry", "elastic", "prometheus")
        for pool in ("prefork", "threads", "gevent", "solo", "eventlet")
    ],
)
def test_the_agent_is_told_the_owner_of_every_task(name: Judged, pool: Pool, tmp_path: Path) -> None:
    expected = ExpectedTasks(pool)
    with Agent(name, tmp_path) as agent:
        run = run_flavours(agent, pool=pool, directory=tmp_path, awaited=expected.awaited)
    verdicts = judge(expected, name, run)
    matrix_files.keep("celery", pool, name, verdicts, host_distributions=("celery",))
    complaints = complaints_of(verdicts)
    assert not complaints, complaints


@pytest.mark.parametrize(
    ("name", "server"),
    [
        pytest.param(name, server, marks=[pytest.mark.slow] if _is_slow(name, server) else [])
        for name in ("datadog", "sentry", "elastic", "prometheus")
        for server in ("uvicorn", "gunicorn-gthread", "gunicorn-sync", "runserver")
    ],
)
def test_the_agent_is_told_the_owner_of_every_request(name: Judged, server: Server, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(name, tmp_path) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    verdicts = judge(expected, name, run)
    matrix_files.keep("django", server, name, verdicts, host_distributions=("django",))
    complaints = complaints_of(verdicts)
    assert not complaints, complaints


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("newrelic", "sentry", marks=pytest.mark.slow),
        pytest.param("datadog", "sentry", marks=pytest.mark.slow),
        ("opentelemetry", "prometheus"),
    ],
)
def test_two_agents_in_one_worker_are_both_told(first: Judged, second: Judged, tmp_path: Path) -> None:
    expected = ExpectedTasks("prefork")
    with Agent(first, second, tmp_path) as agent:
        run = run_flavours(agent, pool="prefork", directory=tmp_path, awaited=expected.awaited)
    verdicts = {name: judge(expected, name, run) for name in (first, second)}
    for name, other in ((first, second), (second, first)):
        matrix_files.keep("celery", "prefork", name, verdicts[name], host_distributions=("celery",), beside=other)
    complaints = complaints_of([*verdicts[first], *verdicts[second]])
    assert not complaints, complaints


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"), [("newrelic", "sentry"), ("datadog", "sentry"), ("opentelemetry", "prometheus")]
)
def test_two_agents_in_one_server_are_both_told(first: Judged, second: Judged, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(first, second, tmp_path) as agent:
        run = run_requests(agent, server="gunicorn-gthread", directory=tmp_path, requests=expected.asked)
    verdicts = {name: judge(expected, name, run) for name in (first, second)}
    for name, other in ((first, second), (second, first)):
        matrix_files.keep(
            "django", "gunicorn-gthread", name, verdicts[name], host_distributions=("django",), beside=other
        )
    complaints = complaints_of([*verdicts[first], *verdicts[second]])
    assert not complaints, complaints
