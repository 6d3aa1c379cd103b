"""The oldest supported Celery, Django and New Relic agent, from the registry: what they send names the right owners."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.agents.celery_claims import ExpectedTasks
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.celery import run_flavours
from tests.agents.launchers.django import Server, run_requests
from tests.agents.verdicts import Verdict, complaints_of

pytestmark = pytest.mark.slow

OLDEST = ("celery==5.3.*", "django==4.2.*", "djangorestframework==3.15.*", "newrelic==9.*")
#: What the projects and the launchers need beside them, whichever version goes with the oldest.
OTHERS = (
    "eventlet",
    "gevent",
    "gunicorn",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-instrumentation-asgi",
    "opentelemetry-instrumentation-celery",
    "opentelemetry-instrumentation-django",
    "opentelemetry-sdk",
    "pydantic",
    "redis",
    "uvicorn",
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an environment with the oldest versions."""
    folder = tmp_path_factory.mktemp("oldest") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *OLDEST, *OTHERS, str(ROOT)]
    subprocess.run(install, check=True, cwd=folder)
    return folder / "bin"


def misattributed(verdicts: Iterable[Verdict]) -> str:
    """Return what is unattributed or wrong; how many transactions there are differs between versions of an agent."""
    return complaints_of(verdict for verdict in verdicts if verdict.unattributed or verdict.wrong)


@pytest.mark.parametrize("name", ["newrelic", "opentelemetry"])
def test_the_oldest_celery_is_attributed(name: AgentName, programs: Path, tmp_path: Path) -> None:
    expected = ExpectedTasks("prefork")
    with Agent(name, tmp_path, programs=programs) as agent:
        run = run_flavours(agent, pool="prefork", directory=tmp_path, awaited=expected.awaited)
    verdicts = expected.in_newrelic(run) if name == "newrelic" else expected.in_opentelemetry(run)
    complaints = misattributed([*verdicts, *expected.in_log(run)])
    assert any(verdict.right for verdict in verdicts)
    assert not complaints, complaints


@pytest.mark.parametrize("server", ["gunicorn-gthread", "uvicorn"])
@pytest.mark.parametrize("name", ["newrelic", "opentelemetry"])
def test_the_oldest_django_is_attributed(name: AgentName, server: Server, programs: Path, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Agent(name, tmp_path, programs=programs) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked)
    verdicts = expected.in_newrelic(run) if name == "newrelic" else expected.in_opentelemetry(run)
    complaints = misattributed([*verdicts, *expected.in_log(run)])
    assert any(verdict.right for verdict in verdicts)
    assert not complaints, complaints
