"""Starts the demo's processes, each in a group of its own, watches over them and ends every one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from whose.demo.failure import DemoFailed
from whose.demo.interruption import Interruption

#: Lines of a process's log that an error shows.
SHOWN = 15
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, and what to tell somebody for whom it fails."""

    #: How messages name it: ``the Celery worker``.
    name: str
    command: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]
    log: Path
    mend: str
    #: Open files that the process inherits.
    files: tuple[int, ...] = ()


class Started:
    """One process that runs, with whatever it starts itself."""

    def __init__(self, program: Program) -> None:
        """Start it, in a session of its own: Ctrl-C in the terminal reaches the demo, which ends them in order."""
        self.program = program
        self._is_asked = False
        with program.log.open("ab") as log:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the commands are our own
                    list(program.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(program.environment),
                    cwd=program.cwd,
                    pass_fds=program.files,
                    start_new_session=True,
                )
            except OSError as error:
                raise DemoFailed(f"{program.name} could not be started: {error}", mend=program.mend) from error

    def check(self) -> None:
        """Raise DemoFailed if the process has ended."""
        status = self._process.poll()
        if status is not None:
            how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            raise self.failed(how)

    def await_ready(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Return when ``is_ready`` says so; raise DemoFailed if the process ends first, or takes longer."""
        end = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > end:
                raise self.failed(f"was not ready within {seconds:.0f} s")
            time.sleep(_PAUSE)

    def await_end(self, *, seconds: float) -> None:
        """Return when the process has ended well; raise DemoFailed if it fails or takes longer."""
        end = time.monotonic() + seconds
        while (status := self._process.poll()) is None:
            if time.monotonic() > end:
                raise self.failed(f"took longer than {seconds:.0f} s")
            time.sleep(_PAUSE)
        if status != 0:
            self.check()

    def ask_to_end(self) -> None:
        """Send SIGTERM, once: a second one would turn a worker's warm shutdown into a cold one."""
        if not self._is_asked and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._is_asked = True

    def end(self, is_urgent: Callable[[], bool], *, until: float) -> None:
        """End the process by SIGTERM, or when the clock says ``until`` by SIGKILL, with all that it has started."""
        self.ask_to_end()
        while self._process.poll() is None and time.monotonic() < until and not is_urgent():
            time.sleep(_PAUSE)
        # Its children, where it left some: they are in the group that we made for it, and keep the group's number
        # taken. Without any there is no such group; macOS says so by PermissionError while zombies are left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def failed(self, what: str) -> DemoFailed:
        """Return the error that says what happened to this process, with the end of its log."""
        lines = self.program.log.read_text(errors="replace").splitlines()[-SHOWN:]
        return DemoFailed(f"{self.program.name} {what}", mend=self.program.mend, log="\n".join(lines))


class Processes:
    """All processes of one run of the demo."""

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption
        self._started: list[Started] = []

    def start(self, program: Program) -> Started:
        """Start a program and remember to end it; a signal that comes meanwhile waits."""
        with self._interruption.deferred():
            started = Started(program)
            self._started.append(started)
        return started

    def end(self, *started: Started, grace: float = 15.0) -> None:
        """End some processes side by side, each given time to finish what it does."""
        for one in started:
            one.ask_to_end()
        until = time.monotonic() + grace
        for one in started:
            one.end(lambda: self._interruption.is_urgent, until=until)
            self._started.remove(one)

    def end_all(self) -> None:
        """End every process that still runs, whether or not it has finished."""
        self.end(*reversed(self._started), grace=2.0)
