"""Every flavour of task and view under ``opentelemetry-instrument``, in projects that do not install whose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from tests.agents.celery_claims import ExpectedTasks
from tests.agents.django_claims import ExpectedRequests
from tests.agents.launchers.agents import Agent
from tests.agents.launchers.celery import Pool, run_flavours
from tests.agents.launchers.django import Server, run_requests
from tests.agents.launchers.signals import EXPORTING
from tests.agents.verdicts import Verdict, complaints_of

pytestmark = pytest.mark.slow


class Instrumented(Agent):
    """OpenTelemetry's own launcher, which finds us by our entry point."""

    def __init__(self, directory: Path) -> None:
        super().__init__("opentelemetry", directory)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | EXPORTING | {"OTEL_LOGS_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"}

    def command(self, kind: Literal["celery", "django"], program: Sequence[str]) -> list[str]:
        name, *arguments = program
        path = [str(self.programs / "python"), "-P", name] if name.endswith(".py") else [str(self.programs / name)]
        return [str(self.programs / "opentelemetry-instrument"), *path, *arguments]


def misattributed(verdicts: Sequence[Verdict]) -> str:
    """Return what is unattributed or wrong; a process that is killed takes the batch with it that it has not sent."""
    assert sum(verdict.right for verdict in verdicts) > len(verdicts) / 2
    return complaints_of(verdict for verdict in verdicts if verdict.unattributed or verdict.wrong)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_every_task_is_attributed(pool: Pool, tmp_path: Path) -> None:
    expected = ExpectedTasks(pool)
    with Instrumented(tmp_path) as agent:
        run = run_flavours(agent, pool=pool, directory=tmp_path, install="never", awaited=expected.awaited)
    complaints = misattributed([*expected.in_opentelemetry(run), *expected.in_log(run)])
    assert not complaints, complaints


@pytest.mark.parametrize("server", ["gunicorn-gthread", "uvicorn"])
def test_every_request_is_attributed(server: Server, tmp_path: Path) -> None:
    expected = ExpectedRequests()
    with Instrumented(tmp_path) as agent:
        run = run_requests(agent, server=server, directory=tmp_path, requests=expected.asked, is_attributed=False)
    complaints = misattributed([*expected.in_opentelemetry(run), *expected.in_log(run)])
    assert not complaints, complaints
