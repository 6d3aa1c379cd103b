"""Looks at the process that a command would start, at the moment before the program itself begins."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from whose.errors import WhoseError
from whose.report.doctor import probe
from whose.report.doctor.diagnosis import Diagnosis
from whose.report.doctor.looking import diagnosis_of


class ProgramError(WhoseError):
    """Raised when a command cannot be looked into."""


def look_into(program: Sequence[str], *, test: bool, patience: float = 60.0) -> Diagnosis:
    """Return what is seen in the first Python process of a command that is not the launcher of an agent.

    The command is started with a sitecustomize of ours on its path, and ends before the first line of its program
    runs. ``patience`` is in seconds.

    Raises:
        ProgramError: the command cannot be started, starts no Python, or one in which ``whose`` is not installed.

    """
    with tempfile.TemporaryDirectory(prefix="whose-doctor-") as folder:
        report = Path(folder, "report.json")
        path = [str(Path(probe.__file__).parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "WHOSE_DOCTOR_TO": str(report),
            "WHOSE_DOCTOR_TEST": "1" if test else "",
        }
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command
                program, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
            )
        except OSError as error:
            raise ProgramError(f"{program[0]}: cannot be run: {error.strerror}") from error
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            raise ProgramError(f"{program[0]}: no Python program began within {patience:.0f} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if not report.is_file():
            raise ProgramError(f"{program[0]}: it ended with {code} before any Python program began")
        document = json.loads(report.read_text(encoding="utf-8"))
    if "failure" in document:
        raise ProgramError(
            f"{program[0]}: its Python, {document['python']}, cannot be looked into: {document['failure']}; "
            "install whose there"
        )
    return diagnosis_of(document)
