"""The oldest supported versions of agents and hosts, from the registry: what they send names the right owners.

The newest are those that all other tests run with.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.agents import matrix_files
from tests.agents.celery_claims import ExpectedTasks
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent
from tests.agents.launchers.celery import run_flavours
from tests.agents.launchers.django import Server, run_requests
from tests.agents.launchers.environments import programs_of
from tests.agents.test_vendor_tables import AGENTS, Judged, judge
from tests.agents.verdicts import complaints_of

pytestmark = pytest.mark.slow

AGENTS_OF_OLD = (
    "ddtrace==3.0.0",
    "elastic-apm==6.20.0",
    "opentelemetry-exporter-otlp-proto-http==1.20.0",
    "opentelemetry-instrumentation-asgi==0.41b0",
    "opentelemetry-instrumentation-celery==0.41b0",
    "opentelemetry-instrumentation-django==0.41b0",
    "opentelemetry-sdk==1.20.0",
    "prometheus-client==0.17.0",
    "sentry-sdk==2.0.1",
    "structlog==22.1.0",
)
#: Each with New Relic's agent: before 9.8 it loses its transaction in the threads of asgiref 3.8 and later, which
#: Django 5.2 needs (its hooks/adapter_asgiref.py).
VERSIONS = {
    "oldest agents and hosts": (
        *AGENTS_OF_OLD,
        "newrelic==9.0.0",
        "asgiref==3.7.2",
        "celery==5.3.0",
        "django==4.2",
        "djangorestframework==3.15.0",
    ),
    "oldest agents": (
        *AGENTS_OF_OLD,
        "newrelic==9.8.0",
        "celery==5.7.*",
        "django==5.2.*",
        "djangorestframework",
    ),
}
#: What the projects and the launchers need beside them, whichever version goes with the oldest. The instrumentations of
#: that age import pkg_resources, and kombu's transport of Redis packaging, without saying so.
OTHERS = (
    "eventlet",
    "gevent",
    "gunicorn",
    "packaging",
    "pydantic",
    "python-json-logger",
    "redis",
    "setuptools<81",
    "uvicorn",
)
STRUCTLOG = """
import structlog, whose
from whose.sinks.structlog import add_code_owner
whose.install({"mappings": {"red": ["shop"]}, "sinks": []})
structlog.configure(processors=[add_code_owner, structlog.processors.JSONRenderer()])
with whose.attributing("shop", kind="task"):
    structlog.get_logger().info("sold")
"""


@pytest.fixture(params=list(VERSIONS))
def versions(request: pytest.FixtureRequest) -> str:
    """Return the name of an environment."""
    return str(request.param)


@pytest.fixture
def programs(versions: str) -> Path:
    """Return the folder of the environment's programs."""
    return programs_of(versions.replace(" ", "-"), (*VERSIONS[versions], *OTHERS))


@pytest.mark.parametrize("name", AGENTS)
def test_tasks_are_attributed(name: Judged, versions: str, programs: Path, tmp_path: Path) -> None:
    expected = ExpectedTasks("prefork", variants=(f"{versions}: {name}", versions))
    with Agent(name, tmp_path, programs=programs) as agent:
        run = run_flavours(agent, pool="prefork", directory=tmp_path, awaited=expected.awaited)
    verdicts = judge(expected, name, run)
    matrix_files.keep(
        "celery", "prefork", name, verdicts, host_distributions=("celery",), era=versions, programs=programs
    )
    complaints = complaints_of([*verdicts, *expected.in_log(run)])
    assert not complaints, complaints


@pytest.mark.parametrize("server", ["gunicorn-gthread", "uvicorn"])
@pytest.mark.parametrize("name", AGENTS)
def test_requests_are_attributed(name: Judged, server: Server, versions: str, programs: Path, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(name, tmp_path, programs=programs) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    verdicts = judge(expected, name, run)
    matrix_files.keep("django", server, name, verdicts, host_distributions=("django",), era=versions, programs=programs)
    complaints = complaints_of([*verdicts, *expected.in_log(run)])
    assert not complaints, complaints


def test_structlog_is_told_the_owner(programs: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(programs / "python"), "-c", STRUCTLOG],
        env=dict(os.environ),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == {
        "event": "sold",
        "code_owner": "red",
        "code_owner_module": "shop",
        "code_owner_source": "mapping",
    }
