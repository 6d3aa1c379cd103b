"""Starting, watching and ending processes, with real ones."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whose.demo.failure import DemoFailed
from whose.demo.interruption import Interruption
from whose.demo.processes import Processes, Program

_STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
print(child, flush=True)
time.sleep(600)
"""
_LEAVES_A_CHILD = """
import os, time
child = os.fork()
if child == 0:
    time.sleep(600)
print(child, flush=True)
"""

ProgramOf = Callable[[str], Program]


@pytest.fixture
def program_of(tmp_path: Path) -> ProgramOf:
    def made(code: str) -> Program:
        command = [sys.executable, "-c", code]
        log = tmp_path / "thing.log"
        return Program("the thing", command, tmp_path, os.environ, log, mend="turn it on")

    return made


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Interruption() as interruption:
        made = Processes(interruption)
        yield made
        made.end_all()


def _child_in(log: Path) -> int:
    end = time.monotonic() + 10
    while not log.exists() or "\n" not in log.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
    return int(log.read_text())


def _is_gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # Killed, but not yet collected by whoever inherited it.
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("code", [_STUBBORN, _LEAVES_A_CHILD])
def test_a_process_ends_with_all_its_children(program_of: ProgramOf, processes: Processes, code: str) -> None:
    started = processes.start(program_of(code))
    child = _child_in(started.program.log)
    processes.end(started, grace=0.2)
    assert _is_gone(child)
    with pytest.raises(DemoFailed):
        started.check()


def test_a_process_that_died_is_named_with_its_log_and_the_mend(program_of: ProgramOf, processes: Processes) -> None:
    started = processes.start(program_of("print('no disk'); raise SystemExit(7)"))
    with pytest.raises(DemoFailed) as failure:
        started.await_ready(lambda: False, seconds=10)
    said = str(failure.value)
    assert "the thing ended with status 7" in said
    assert "no disk" in said
    assert "turn it on" in said


def test_a_process_that_was_killed_is_said_to_have_been(program_of: ProgramOf, processes: Processes) -> None:
    started = processes.start(program_of("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    with pytest.raises(DemoFailed, match="was ended by signal 9"):
        started.await_end(seconds=10)


@pytest.mark.parametrize("waits", ["await_ready", "await_end"])
def test_waiting_has_an_end(program_of: ProgramOf, processes: Processes, waits: str) -> None:
    started = processes.start(program_of("import time; time.sleep(600)"))
    with pytest.raises(DemoFailed, match=r"was not ready within|took longer than"):
        started.await_ready(lambda: False, seconds=0) if waits == "await_ready" else started.await_end(seconds=0)


def test_a_program_that_is_not_there_is_named(tmp_path: Path, processes: Processes) -> None:
    program = Program("the thing", ["/no/such/program"], tmp_path, {}, tmp_path / "log", mend="install it")
    with pytest.raises(DemoFailed, match=r"the thing could not be started: .*/no/such/program"):
        processes.start(program)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_the_block_with_its_number(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, Interruption():
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) is before


def test_a_signal_waits_for_a_start_to_be_remembered() -> None:
    reached = []
    with pytest.raises(SystemExit), Interruption() as interruption:
        with interruption.deferred():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)
            reached.append("remembered")
        reached.append("not reached")
    assert reached == ["remembered"]


def test_cleaning_up_is_not_cut_short_and_a_second_signal_hurries_it() -> None:
    reached = []
    with pytest.raises(SystemExit) as ended, Interruption() as interruption:
        interruption.shield()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
        reached.append(interruption.is_urgent)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        reached.append(interruption.is_urgent)
    assert reached == [False, True]
    assert ended.value.code == 128 + signal.SIGTERM
