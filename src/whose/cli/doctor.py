"""The command ``whose doctor``: says whether attributions will arrive, and what is missing where they will not."""

from __future__ import annotations

import importlib
import os
import sys

import click

from whose.cli import FOUND, USAGE
from whose.cli._options import asks_repository, print_json

SECTION = "Check"


@click.command(
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
    epilog="""\b
Examples:
  whose doctor
  whose doctor -- newrelic-admin run-program celery -A shop worker
  whose doctor --send-test -- opentelemetry-instrument gunicorn shop.wsgi
  whose doctor --import shop.monitoring --send-test    (where sentry_sdk.init() is called)
\b
Exit codes: 0 all is well; 1 something is missing, or the test was not sent;
2 a configuration that is wrong, or a sink asked for by name whose library is
missing or too old;
3 the command cannot be looked into, or the module not be imported.
""",
)
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("--import", "module", metavar="MODULE", help="Import this first: the module that starts the agent.")
@click.option("--send-test", "is_test", is_flag=True, help="Make one attributed transaction to look for.")
@asks_repository
def command(*, program: tuple[str, ...], module: str | None, is_test: bool, is_json: bool) -> None:
    """Check what runs here, what is written where, and what is missing.

    With COMMAND, its environment is looked at: the command is started and ended before the first line of its program
    runs, when agents that are started from outside are there. Nothing of the program itself is run.
    """
    from whose.report.doctor.looking import document_of, look
    from whose.report.doctor.programs import ProgramError, look_into

    if program and module:
        raise click.UsageError("--import is for this process; a COMMAND is looked at as it is started")
    if module:
        sys.path.insert(0, os.getcwd())
        try:
            importlib.import_module(module)
        except (Exception, SystemExit) as error:
            raise ProgramError(f"--import {module} failed: {type(error).__name__}: {error}") from error
    diagnosis = look_into(program, test=is_test) if program else look(test=is_test)
    if is_json:
        from whose.report.records import document

        print_json(document("doctor", **document_of(diagnosis)))
    else:
        from whose.report.consoles import output_console
        from whose.report.doctor.shown import print_diagnosis

        print_diagnosis(diagnosis, output_console())
    if any(finding.is_fatal for finding in diagnosis.findings):
        raise SystemExit(USAGE)
    is_wrong = any(not finding.is_doubtful for finding in diagnosis.findings)
    if is_wrong or (is_test and not (diagnosis.tried and all(one.is_sent for one in diagnosis.tried))):
        raise SystemExit(FOUND)
