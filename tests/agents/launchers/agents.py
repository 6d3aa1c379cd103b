"""The agents that a program can be started under, one or two at a time, and what they sent in the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Literal, Self

from tests.agents.launchers.outcome import Sent
from tests.agents.receivers.datadog import DatadogAgent
from tests.agents.receivers.elastic import ElasticReceiver
from tests.agents.receivers.newrelic import Collector
from tests.agents.receivers.otlp import OtlpReceiver
from tests.agents.receivers.prometheus import PrometheusServer
from tests.agents.receivers.sentry import SentryReceiver

_Receiver = Collector | OtlpReceiver | DatadogAgent | SentryReceiver | ElasticReceiver | PrometheusServer
AgentName = Literal["newrelic", "opentelemetry", "datadog", "sentry", "elastic", "prometheus", "none"]
PROGRAMS = Path(sys.executable).parent
#: Agents that a program sets up itself, each with the file that does so and then becomes the program.
_RUN = {name: Path(__file__).with_name(f"{name}_run.py") for name in ("opentelemetry", "sentry", "elastic")}


class Agent(AbstractContextManager["Agent"]):
    """One or two vendors' agents together with the receivers that they report to, for the length of a block."""

    def __init__(self, *names: AgentName | Path, programs: Path = PROGRAMS) -> None:
        """Keep what the receivers need in the last argument, a folder; take programs from another environment if told.

        ``Agent("newrelic", tmp_path)``, ``Agent("newrelic", "sentry", tmp_path)``; of the agents that a program sets
        up itself there can be one.
        """
        *agents, directory = names
        assert isinstance(directory, Path)
        self.names = tuple(str(name) for name in agents)
        self.name = "+".join(self.names)
        self.programs = programs
        self._newrelic = Collector(directory) if "newrelic" in self.names else None
        self._otlp = OtlpReceiver() if "opentelemetry" in self.names else None
        self._datadog = DatadogAgent(directory) if "datadog" in self.names else None
        self._sentry = SentryReceiver() if "sentry" in self.names else None
        self._elastic = ElasticReceiver() if "elastic" in self.names else None
        self._prometheus = (
            PrometheusServer(directory, python=programs / "python") if "prometheus" in self.names else None
        )
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for receiver in self._receivers:
            self._stack.enter_context(receiver)
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """Return what the agents read from their environment."""
        joined: dict[str, str] = {}
        for receiver in self._receivers:
            joined |= receiver.environment
        return joined

    def command(self, kind: Literal["celery", "django"], program: Sequence[str]) -> list[str]:
        """Return the command that runs a console script of this environment, or a Python file, under the agents."""
        name, *arguments = program
        path = name if name.endswith(".py") else str(self.programs / name)
        python = str(self.programs / "python")
        command = [python, "-P", path, *arguments] if path.endswith(".py") else [path, *arguments]
        for inner, runner in _RUN.items():
            if inner in self.names:
                command = [python, "-P", str(runner), kind, path, *arguments]
        if "newrelic" in self.names:
            command = [str(self.programs / "newrelic-admin"), "run-program", *command]
        if "datadog" in self.names:
            command = [str(self.programs / "ddtrace-run"), *command]
        return command

    def await_batches(self) -> None:
        """Return when the agents have sent what they hold.

        Elastic's ends with the process before its last batch is sent where the one before is still under way
        (elasticapm/transport/base.py, ``close``), which it is after every error that nobody handled.
        """
        if self._elastic is not None:
            time.sleep(2.5 * self._elastic.SECONDS_TO_SEND)

    def sent(self) -> Sent:
        """Return what the agents have sent so far."""
        return Sent(
            transactions=self._newrelic.transactions() if self._newrelic is not None else (),
            errors=self._newrelic.errors() if self._newrelic is not None else (),
            spans=self._otlp.spans() if self._otlp is not None else (),
            datadog=self._datadog.spans() if self._datadog is not None else (),
            sentry_transactions=self._sentry.items("transaction") if self._sentry is not None else (),
            sentry_errors=self._sentry.items("event") if self._sentry is not None else (),
            elastic_transactions=self._elastic.events("transaction") if self._elastic is not None else (),
            elastic_errors=self._elastic.events("error") if self._elastic is not None else (),
            prometheus=self._prometheus.samples() if self._prometheus is not None else (),
            prometheus_complaints=self._prometheus.complaints() if self._prometheus is not None else "",
        )

    @property
    def _receivers(self) -> tuple[_Receiver, ...]:
        every = (self._newrelic, self._otlp, self._datadog, self._sentry, self._elastic, self._prometheus)
        return tuple(receiver for receiver in every if receiver is not None)
