"""Datadog's own test agent as a process, and the spans that it was sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.agents.launchers.processes import Started, free_port, listens


@dataclass(frozen=True, slots=True)
class DatadogSpan:
    """A span as Datadog's agent takes it in."""

    name: str
    #: The task's name or the view's.
    resource: str
    #: String tags.
    tags: Mapping[str, Any]
    metrics: Mapping[str, float]
    is_error: bool
    span_id: int
    parent_id: int
    trace_id: int


#: It pins an old opentelemetry-proto, and so lives in an environment of its own.
_TEST_AGENT = "ddapm-test-agent==1.69.1"
_ENVIRONMENT = Path(__file__).parents[3] / "build" / "ddapm-test-agent"


def program_of_test_agent() -> str:
    """Return the path of the test agent, installed from the registry where this checkout does not have it yet."""
    program = _ENVIRONMENT / "bin" / "ddapm-test-agent"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT)], check=True)
        python = str(_ENVIRONMENT / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", _TEST_AGENT], check=True, cwd=_ENVIRONMENT)
    return str(program)


class DatadogAgent:
    """Runs ``ddapm-test-agent`` until the block ends; a context manager."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._started: Started | None = None

    def __enter__(self) -> Self:
        program = program_of_test_agent()
        others = (free_port(), free_port())
        self._started = Started(
            [
                program,
                f"--port={self._port}",
                f"--otlp-http-port={others[0]}",
                f"--otlp-grpc-port={others[1]}",
                "--web-ui-port=0",
                f"--snapshot-dir={self._directory}",
            ],
            log=self._directory / "ddapm-test-agent.log",
            environment=dict(os.environ),
            cwd=self._directory,
            is_ready=listens(self._port),
            statuses=(0, -15, 143),
        )
        self._started.__enter__()
        self._started.await_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._started is not None:
            self._started.__exit__(kind, error, traceback)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes ddtrace report here, and nothing but traces."""
        return {
            "DD_TRACE_AGENT_URL": f"http://127.0.0.1:{self._port}",
            "DD_SERVICE": "whose-tests",
            "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
            "DD_REMOTE_CONFIGURATION_ENABLED": "false",
            "DD_TRACE_SAMPLE_RATE": "1",
            "DD_TRACE_RATE_LIMIT": "-1",
        }

    def spans(self) -> tuple[DatadogSpan, ...]:
        """Return the spans received so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/test/traces", timeout=30) as response:
            traces = json.load(response)
        return tuple(_span(span) for trace in traces for span in trace)


def _span(span: Mapping[str, Any]) -> DatadogSpan:
    return DatadogSpan(
        name=span["name"],
        resource=span["resource"],
        tags=span.get("meta") or {},
        metrics=span.get("metrics") or {},
        is_error=bool(span.get("error")),
        span_id=span["span_id"],
        parent_id=span.get("parent_id") or 0,
        trace_id=span["trace_id"],
    )
