"""Every flavour of Django view, on every server, under the real agents: nothing unattributed, nothing wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agents import matrix_files
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.django import Server, run_requests
from tests.agents.verdicts import SEEN, complaints_of

SERVERS: tuple[Server, ...] = ("gunicorn-sync", "gunicorn-gthread", "uvicorn", "runserver")


@pytest.mark.parametrize("server", SERVERS)
def test_new_relic_and_the_log_are_told_the_owner_of_every_request(server: Server, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent("newrelic", tmp_path) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    transactions, records = expected.in_newrelic(run), expected.in_log(run)
    matrix_files.keep("django", server, "newrelic", transactions, host_distributions=("django",))
    matrix_files.keep("django", server, "logging", records, host_distributions=("django",))
    complaints = complaints_of([*transactions, *records])
    assert not complaints, complaints


@pytest.mark.parametrize("server", SERVERS)
def test_opentelemetry_is_told_the_owner_of_every_request(server: Server, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent("opentelemetry", tmp_path) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    spans, records = expected.in_opentelemetry(run), expected.in_log(run)
    matrix_files.keep("django", server, "opentelemetry", spans, host_distributions=("django",))
    complaints = complaints_of([*spans, *records])
    assert not complaints, complaints


def test_nothing_that_a_user_sent_becomes_an_attribute(tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent("newrelic", tmp_path) as agent:
        run = run_requests(agent, server="uvicorn", directory=tmp_path, requests=expected.asked)
    ours = [
        (key, str(value))
        for event in (*run.sent.transactions, *run.sent.errors)
        for key, value in event.user.items()
        if key.startswith("code_owner")
    ]
    assert ours
    assert not [(key, value) for key, value in ours if "/" in value or "@" in value or "tried" in value]


@pytest.mark.parametrize("name", ["newrelic", "opentelemetry"])
def test_without_whose_the_same_requests_leave_without_owners(name: AgentName, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(name, tmp_path) as agent:
        run = run_requests(
            agent, server="gunicorn-gthread", directory=tmp_path, requests=expected.asked, is_attributed=False
        )
    verdicts = expected.in_newrelic(run) if name == "newrelic" else expected.in_opentelemetry(run)
    received = [verdict for verdict in verdicts if verdict.received]
    assert received
    assert all(verdict.unattributed and not verdict.right and not verdict.wrong for verdict in received)
    others = [verdict for verdict in verdicts if verdict.missing or verdict.surplus]
    assert not others, complaints_of(others)
    assert not any(SEEN in record for record in run.records)
