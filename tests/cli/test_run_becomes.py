"""``whose run`` becomes the program: process, signals, files, arguments, environment and exit code are its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WHOSE = [str(Path(sys.executable).parent / "whose"), "run"]

#: Prints all that a program may notice of how it was started.
PORTRAIT = """
import json, os, resource, sys
print(json.dumps({
    "argv": sys.argv, "orig_argv": sys.orig_argv, "flags": str(sys.flags), "path": sys.path,
    "environment": dict(os.environ), "folder": os.getcwd(), "umask": os.umask(0), "nice": os.nice(0),
    "group": os.getpgrp(), "session": os.getsid(0), "parent": os.getppid(),
    "descriptors": sorted(os.listdir("/proc/self/fd")), "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "buffering": [(one.line_buffering, one.write_through) for one in (sys.stdout, sys.stderr)],
    "modules": sorted(sys.modules),
}))
"""


def portrait(tmp_path: Path, *front: str, descriptors: tuple[int, ...] = (), **environment: str) -> dict[str, Any]:
    file = tmp_path / "portrait.py"
    file.write_text(PORTRAIT)
    arguments = ["--help", "--", "-x", "", "a b", "*", "$HOME", "\udcff", "--"]
    done = subprocess.run(
        [*front, sys.executable, str(file), *arguments],
        cwd=tmp_path,
        env={**os.environ, **environment},
        pass_fds=descriptors,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    portrait: dict[str, Any] = json.loads(done.stdout)
    return portrait


def test_a_program_finds_all_as_it_would_without_it(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        expected = portrait(tmp_path, descriptors=(writing,), LANG="C.UTF-8")
        found = portrait(tmp_path, *WHOSE, descriptors=(writing,), LANG="C.UTF-8")
    finally:
        os.close(reading)
        os.close(writing)
    environment = found.pop("environment")
    assert environment.pop("WHOSE_RUN")
    assert environment.pop("PYTHONPATH").endswith("on_path")
    assert environment == {key: text for key, text in expected.pop("environment").items() if key != "PYTHONPATH"}
    added = set(found.pop("modules")) - set(expected.pop("modules"))
    assert added - {"__future__"} == {
        "sitecustomize", "whose", "whose.bootstrap", "whose.bootstrap.watching", "whose.imports"
    }  # fmt: skip
    assert found == expected


def test_a_program_that_is_no_python_ignores_no_signals(tmp_path: Path) -> None:
    asking = ["grep", "^Sig[BIC]", "/proc/self/status"]
    expected, found = (subprocess.check_output([*front, *asking], text=True) for front in ([], WHOSE))
    assert found == expected


def test_signals_that_were_ignored_stay_so() -> None:
    asking = [*WHOSE, sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGHUP).name)"]
    assert subprocess.check_output(["nohup", *asking], text=True, stderr=subprocess.DEVNULL) == "SIG_IGN\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_the_process_is_the_programs_own_and_takes_its_signals(number: signal.Signals) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with subprocess.Popen(
        [*WHOSE, sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(number)
        assert process.wait(timeout=30) == -number


def test_exit_codes_and_standard_input_are_the_programs_own() -> None:
    code = "import sys; sys.exit(int(sys.stdin.read()))"
    done = subprocess.run([*WHOSE, sys.executable, "-c", code], input="42", text=True, timeout=60, check=False)
    assert done.returncode == 42


def test_the_terminal_is_the_programs_own() -> None:
    code = "import os; print(*map(os.isatty, range(3)), os.tcgetpgrp(0) == os.getpid(), input(), flush=True); input()"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(WHOSE[0], [*WHOSE, sys.executable, "-c", code])
    os.write(terminal, b"typed\n")
    shown = b""
    while b"True typed" not in shown:
        shown += os.read(terminal, 1024)
    assert b"True True True True typed" in shown
    os.write(terminal, b"\x03")
    while True:
        try:
            assert os.read(terminal, 1024)
        except OSError:  # nobody has the terminal open any more
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGINT
    os.close(terminal)


@pytest.mark.parametrize("name", ["no-such-program", "./no-such-program", "no-interpreter", "folder", "plain.py"])
def test_what_cannot_be_run_is_told_and_ends_as_env_ends(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain.py").write_text("")
    (tmp_path / "no-interpreter").write_text("#!/no/such/python\n")
    (tmp_path / "no-interpreter").chmod(0o755)
    program = name if name.endswith("such-program") else str(tmp_path / name)
    expected = subprocess.run(["env", program], capture_output=True, check=False).returncode
    done = subprocess.run([*WHOSE, program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (expected, "")
    assert done.stderr == f"whose: {program}: {REASONS[name]}\n".replace("PROGRAM", program)


REASONS = {
    "no-such-program": "there is no such program; it is in no folder of PATH",
    "./no-such-program": "there is no such program; name the path of one",
    "no-interpreter": "cannot be run: the interpreter that its first line names is not there; install it or mend it",
    "folder": "cannot be run: it is a folder; name a program in it",
    "plain.py": "cannot be run: Permission denied; run: whose run python PROGRAM",
}


@pytest.mark.parametrize("arguments", [[], ["--no-such-option", "celery"]])
def test_a_wrong_command_line_starts_nothing(arguments: list[str]) -> None:
    done = subprocess.run([*WHOSE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Usage: whose run" in done.stderr


def test_what_its_own_options_end_with_is_no_argument_of_the_program() -> None:
    assert subprocess.check_output([*WHOSE, "--", "echo", "--", "-n"], text=True) == "-- -n\n"
