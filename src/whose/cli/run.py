"""``whose run``: attributes a program without changing a line of it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from whose.cli import FAILED

SECTION = "Run"


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
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
    """  # noqa: D301 - click reads this mark as "leave the lines as they are"
    import whose.bootstrap

    folder = str(Path(whose.bootstrap.__file__).parent)
    path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != folder]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, *path]), "WHOSE_RUN": "1"}
    try:
        os.execvpe(program[0], program, environment)  # noqa: S606 - the user's own command
    except OSError as error:
        click.echo(f"whose: {program[0]}: cannot be run: {error.strerror}", err=True)
        raise SystemExit(FAILED) from error
