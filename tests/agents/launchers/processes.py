"""One started process: its log, its readiness, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS_TO_START = 60
SECONDS_TO_END = 60
#: Lines of a log that a failure shows.
SHOWN = 200
#: Settings of agents and of ours that the surrounding environment must not add to what a test starts.
_AGENTS = ("NEW_RELIC_", "OTEL_", "DD_", "SENTRY_", "ELASTIC_", "PROMETHEUS_", "LOGFIRE_", "WHOSE_")


class ProcessFailed(AssertionError):
    """A started process did not become ready, did not end, or ended with a failure."""


def free_port() -> int:
    """Return a TCP port of the loopback device that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def inherited_environment() -> dict[str, str]:
    """Return this process's environment without what agents, or ours, would read from it."""
    return {key: value for key, value in os.environ.items() if not key.startswith(_AGENTS)}


def listens(port: int) -> Callable[[], bool]:
    """Return the check that someone accepts connections on the port."""

    def check() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return check


class Started:
    """A process from the beginning of the block to its end; prints its log where the block fails."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        cwd: Path,
        is_ready: Callable[[], bool] | None = None,
        ready_line: str | None = None,
        statuses: tuple[int, ...] = (0,),
    ) -> None:
        """Describe the process: it is ready when ``is_ready`` says so or its log contains ``ready_line``.

        ``statuses`` are those that it may end with once asked to by SIGTERM.
        """
        self._command = list(command)
        self._log = log
        self._environment = dict(environment)
        self._cwd = cwd
        self._is_ready = is_ready or (lambda: ready_line is None or ready_line in self.log)
        self._statuses = statuses
        self._process: subprocess.Popen[bytes] | None = None
        self._is_asked = False

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, env=self._environment, cwd=self._cwd
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        status = self._end(self._process)
        if error is not None:
            self._show_log()
        elif status not in self._statuses:
            self._show_log()
            raise ProcessFailed(f"{self} ended with status {status}")

    def await_ready(self) -> None:
        """Return when the process is ready; apart from the start, so that several can start side by side."""
        process = self._process
        assert process is not None, "the process lives only inside its block"
        end = time.monotonic() + SECONDS_TO_START
        while not self._is_ready():
            if process.poll() is not None:
                raise ProcessFailed(f"{self} ended with status {process.returncode} before it was ready")
            if time.monotonic() > end:
                raise ProcessFailed(f"{self} was not ready within {SECONDS_TO_START} s")
            time.sleep(0.05)

    def ask_to_end(self) -> None:
        """Send SIGTERM without waiting, so that several can end side by side; the end of the block waits."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._is_asked = True

    def __str__(self) -> str:
        return " ".join(self._command[:6])

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._process is not None, "the process lives only inside its block"
        return self._process.pid

    @property
    def log(self) -> str:
        """Return what the process wrote so far."""
        return self._log.read_text(errors="replace")

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        if not self._is_asked:
            # A second SIGTERM turns the warm shutdown of some programs into a cold one.
            self.ask_to_end()
        try:
            return process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self._show_log()
            raise ProcessFailed(f"{self} did not end within {SECONDS_TO_END} s of SIGTERM") from None

    def _show_log(self) -> None:
        lines = self.log.splitlines()[-SHOWN:]
        print(f"--- {self}: the end of {self._log}", *lines, sep="\n", file=sys.stderr)


def run(command: Sequence[str], *, log: Path, environment: Mapping[str, str], cwd: Path, seconds: float = 120) -> None:
    """Run a command to its end; raises ProcessFailed with the end of its log if its status is not 0."""
    with log.open("ab") as output:
        done = subprocess.run(
            list(command),
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            timeout=seconds,
            check=False,
        )
    if done.returncode != 0:
        lines = "\n".join(log.read_text(errors="replace").splitlines()[-SHOWN:])
        raise ProcessFailed(f"{' '.join(command)} ended with status {done.returncode}:\n{lines}")
