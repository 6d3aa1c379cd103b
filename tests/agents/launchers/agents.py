"""The agents that a program can be started under, and what they sent in the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Literal, Self

from tests.agents.launchers.outcome import Sent
from tests.agents.receivers.newrelic import Collector
from tests.agents.receivers.otlp import OtlpReceiver

AgentName = Literal["newrelic", "opentelemetry", "none"]
PROGRAMS = Path(sys.executable).parent
_OPENTELEMETRY_RUN = Path(__file__).with_name("opentelemetry_run.py")


class Agent(AbstractContextManager["Agent"]):
    """One vendor's agent together with the receiver that it reports to, for the length of a block."""

    def __init__(self, name: AgentName, directory: Path, *, programs: Path = PROGRAMS) -> None:
        """Keep what the receiver needs in ``directory``; take programs from a folder of another environment if told."""
        self.name = name
        self.programs = programs
        self._newrelic = Collector(directory) if name == "newrelic" else None
        self._otlp = OtlpReceiver() if name == "opentelemetry" else None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for receiver in (self._newrelic, self._otlp):
            if receiver is not None:
                self._stack.enter_context(receiver)
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """Return what the agent reads from its environment."""
        receiver = self._newrelic or self._otlp
        return receiver.environment if receiver is not None else {}

    def command(self, kind: Literal["celery", "django"], program: Sequence[str]) -> list[str]:
        """Return the command that runs a console script of this environment, or a Python file, under the agent."""
        name, *arguments = program
        path = name if name.endswith(".py") else str(self.programs / name)
        python = str(self.programs / "python")
        if self.name == "opentelemetry":
            return [python, "-P", str(_OPENTELEMETRY_RUN), kind, path, *arguments]
        plain = [python, "-P", path, *arguments] if path.endswith(".py") else [path, *arguments]
        return [str(self.programs / "newrelic-admin"), "run-program", *plain] if self.name == "newrelic" else plain

    def sent(self) -> Sent:
        """Return what the agent has sent so far."""
        if self._newrelic is not None:
            return Sent(transactions=self._newrelic.transactions(), errors=self._newrelic.errors())
        return Sent(spans=self._otlp.spans()) if self._otlp is not None else Sent()
