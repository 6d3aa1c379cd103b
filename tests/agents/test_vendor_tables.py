"""The same flavours under Datadog's, Sentry's and Elastic's agents, and under two agents at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.agents import matrix_files
from tests.agents.celery_claims import ExpectedTasks
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.celery import Pool, run_flavours
from tests.agents.launchers.django import Server, run_requests
from tests.agents.launchers.outcome import Run
from tests.agents.verdicts import Verdict, complaints_of

Judged = Literal["newrelic", "datadog", "sentry", "elastic"]


def judge(expected: ExpectedTasks | ExpectedRequests, agent: Judged, run: Run) -> list[Verdict]:
    match agent:
        case "newrelic":
            return expected.in_newrelic(run)
        case "datadog":
            return expected.in_datadog(run)
        case "sentry":
            return expected.in_sentry(run)
        case "elastic":
            return expected.in_elastic(run)


@pytest.mark.parametrize(
    "pool",
    ["prefork", pytest.param("threads", marks=pytest.mark.slow), pytest.param("gevent", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", ["datadog", "sentry", "elastic"])
def test_the_agent_is_told_the_owner_of_every_task(name: Judged, pool: Pool, tmp_path: Path) -> None:
    expected = ExpectedTasks(pool)
    with Agent(name, tmp_path) as agent:
        run = run_flavours(agent, pool=pool, directory=tmp_path, awaited=expected.awaited)
    verdicts = judge(expected, name, run)
    matrix_files.keep("celery", pool, name, verdicts, host_distributions=("celery",))
    complaints = complaints_of(verdicts)
    assert not complaints, complaints


@pytest.mark.parametrize("server", ["uvicorn", pytest.param("gunicorn-gthread", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["datadog", "sentry", "elastic"])
def test_the_agent_is_told_the_owner_of_every_request(name: Judged, server: Server, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(name, tmp_path) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    verdicts = judge(expected, name, run)
    matrix_files.keep("django", server, name, verdicts, host_distributions=("django",))
    complaints = complaints_of(verdicts)
    assert not complaints, complaints


@pytest.mark.slow
@pytest.mark.parametrize("first", ["newrelic", "datadog"])
def test_two_agents_in_one_worker_are_both_told(first: Judged, tmp_path: Path) -> None:
    names: tuple[AgentName, AgentName] = (first, "sentry")
    expected = ExpectedTasks("prefork")
    with Agent(*names, tmp_path) as agent:
        run = run_flavours(agent, pool="prefork", directory=tmp_path, awaited=expected.awaited)
    complaints = complaints_of([*judge(expected, first, run), *judge(expected, "sentry", run)])
    assert not complaints, complaints
