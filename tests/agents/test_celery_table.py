"""Every flavour of Celery task, on every pool, under the real agents: nothing unattributed, nothing wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agents import matrix_files
from tests.agents.celery_claims import ExpectedTasks
from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.celery import Install, Pool, run_flavours
from tests.agents.verdicts import SEEN, complaints_of

POOLS: tuple[Pool, ...] = ("prefork", "threads", "solo", "gevent", "eventlet")


@pytest.mark.parametrize("pool", POOLS)
def test_new_relic_and_the_log_are_told_the_owner_of_every_task(pool: Pool, tmp_path: Path) -> None:
    expected = ExpectedTasks(pool)
    with Agent("newrelic", tmp_path) as agent:
        run = run_flavours(agent, pool=pool, directory=tmp_path, awaited=expected.awaited)
    transactions, records = expected.in_newrelic(run), expected.in_log(run)
    matrix_files.keep("celery", pool, "newrelic", transactions, host_distributions=("celery",))
    matrix_files.keep("celery", pool, "logging", records, host_distributions=("celery",))
    complaints = complaints_of([*transactions, *records])
    assert not complaints, complaints


@pytest.mark.parametrize("pool", POOLS)
def test_opentelemetry_is_told_the_owner_of_every_task(pool: Pool, tmp_path: Path) -> None:
    expected = ExpectedTasks(pool)
    with Agent("opentelemetry", tmp_path) as agent:
        run = run_flavours(agent, pool=pool, directory=tmp_path, awaited=expected.awaited)
    spans, records = expected.in_opentelemetry(run), expected.in_log(run)
    matrix_files.keep("celery", pool, "opentelemetry", spans, host_distributions=("celery",))
    complaints = complaints_of([*spans, *records])
    assert not complaints, complaints


@pytest.mark.parametrize("install", ["after_app", "after_tasks", "after_finalize"])
def test_the_order_of_installing_makes_no_difference(install: Install, tmp_path: Path) -> None:
    expected = ExpectedTasks("prefork")
    with Agent("newrelic", tmp_path) as agent:
        run = run_flavours(agent, pool="prefork", directory=tmp_path, install=install, awaited=expected.awaited)
    complaints = complaints_of([*expected.in_newrelic(run), *expected.in_log(run)])
    assert not complaints, complaints


@pytest.mark.parametrize("name", ["newrelic", "opentelemetry"])
def test_without_whose_the_same_work_leaves_without_owners(name: AgentName, tmp_path: Path) -> None:
    expected = ExpectedTasks("solo")
    with Agent(name, tmp_path) as agent:
        run = run_flavours(agent, pool="solo", directory=tmp_path, install="never")
    verdicts = expected.in_newrelic(run) if name == "newrelic" else expected.in_opentelemetry(run)
    received = [verdict for verdict in verdicts if verdict.received]
    assert received
    assert all(verdict.unattributed and not verdict.right and not verdict.wrong for verdict in received)
    others = [verdict for verdict in verdicts if verdict.missing or verdict.surplus]
    assert not others, complaints_of(others)
    assert not any(SEEN in record for record in run.records)
