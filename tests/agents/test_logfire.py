"""Logfire's SDK, from the registry, without an account: the spans it sends to a collector carry their owners."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.launchers.signals import run_requests, run_tasks
from tests.agents.receivers.otlp import OtlpReceiver
from tests.agents.test_opentelemetry_signals import (
    SPANS_OF_REQUESTS,
    SPANS_OF_TASKS,
    WORKS_OF_REQUESTS,
    WORKS_OF_TASKS,
    complaints,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RUN = str(Path(__file__).with_name("launchers") / "logfire_run.py")
#: Logfire sets itself up in every process that imports Pydantic, so it lives in an environment of its own.
PACKAGES = (
    "logfire",
    "celery[redis]",
    "django",
    "gunicorn",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-instrumentation-celery",
    "opentelemetry-instrumentation-dbapi",
    "opentelemetry-instrumentation-django",
    "opentelemetry-instrumentation-requests",
)

#: Logfire makes spans of log records too.
WHATS = ("own", "query", "call", "log")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("logfire") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES, str(ROOT)]
    subprocess.run(install, check=True, cwd=folder)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("first", ["whose", "logfire"])
def test_every_span_of_a_worker_carries_its_owner_whichever_is_set_up_first(
    first: str, python: str, tmp_path: Path
) -> None:
    with OtlpReceiver() as receiver:
        run_tasks(
            (python, "-P", RUN, first, "celery", "-A", "shop", "worker", "-P", "prefork", "-c", "1"),
            environment={"SIGNALS_COLLECTOR": receiver.endpoint},
            directory=tmp_path,
        )
    assert not complaints(
        receiver, works=WORKS_OF_TASKS, spans=(*SPANS_OF_TASKS, "apply_async/blue.tasks.ship"), whats=WHATS
    )


@pytest.mark.parametrize("first", ["whose", "logfire"])
def test_every_span_of_a_site_carries_its_owner_whichever_is_set_up_first(
    first: str, python: str, tmp_path: Path
) -> None:
    with OtlpReceiver() as receiver:
        run_requests(
            (python, "-P", RUN, first, "gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1", "site_wsgi"),
            environment={"SIGNALS_COLLECTOR": receiver.endpoint, "SIGNALS_IN_CODE": "yes"},
            directory=tmp_path,
        )
    assert not complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS, whats=WHATS)
