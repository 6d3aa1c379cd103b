"""``whose run``: attributes a program without changing a line of it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click

SECTION = "Run"

#: What env(1), nohup(1) and shells end with for a program that is not there, and for one that cannot be run.
NOT_FOUND = 127
NOT_RUNNABLE = 126


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
def command(program: tuple[str, ...]) -> None:
    """Start a program with whose installed in it.

    COMMAND becomes this very process: signals, exit code, standard input and process id are its own. Child processes
    are attributed too. The configuration is looked for from the working directory, as always. Works with the commands
    of monitoring agents on either side:

    \b
      whose run celery -A shop worker
      whose run gunicorn shop.wsgi
      whose run newrelic-admin run-program celery -A shop worker
      ddtrace-run whose run celery -A shop worker

    Exit codes: the program's own; 127 there is no such program; 126 it cannot be run; 2 the configuration file is
    wrong, and the program was not started; 4 it ended when Celery or Django was to be attributed, since other settings
    of whose are wrong.
    """  # noqa: D301 - click reads this mark as "leave the lines as they are"
    from whose.bootstrap.environment import with_us_on_the_path
    from whose.loading import check

    # Told here in a few lines; a server that starts its workers over and over would tell it among its own tracebacks.
    check(Path.cwd())
    # Pythons where whose is missing tell in the process that was started, which this one becomes.
    environment = {**with_us_on_the_path(os.environ), "WHOSE_RUN": str(os.getpid())}
    # Python ignores them from its start on, and what is ignored stays so in the program that a process becomes; a
    # program that is no Python would not end with a pipe that nobody reads. (subprocess does the same before it execs.)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(program[0], program, environment)  # noqa: S606 - the user's own command
    except OSError as error:
        print(f"whose: {program[0]}: {_reason(program[0], error)}", file=sys.stderr)
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_RUNNABLE
        raise SystemExit(code) from error


def _reason(program: str, error: OSError) -> str:
    """Say why a program cannot be run, and how to mend it."""
    file = Path(program)
    if isinstance(error, FileNotFoundError) and os.sep in program and file.exists():
        return "cannot be run: the interpreter that its first line names is not there; install it or mend it"
    if isinstance(error, FileNotFoundError):
        mend = "name the path of one" if os.sep in program else "it is in no folder of PATH"
        return f"there is no such program; {mend}"
    if isinstance(error, PermissionError) and file.is_dir():
        return "cannot be run: it is a folder; name a program in it"
    if isinstance(error, PermissionError) and file.suffix == ".py":
        return f"cannot be run: {error.strerror}; run: whose run python {program}"
    return f"cannot be run: {error.strerror}"
