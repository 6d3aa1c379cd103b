"""The command ``whose traceback``: says who owns each frame of a pasted traceback, and who is at fault."""

from __future__ import annotations

import sys

import click

from whose.cli import FOUND
from whose.cli._options import asks_repository, print_json

SECTION = "Ask"


@click.command(
    epilog="""\b
Examples:
  whose traceback error.log
  kubectl logs worker-1 | whose traceback -
\b
Exit codes: 0 each traceback has somebody at fault; 1 one has not, or there is no
traceback in the text; 2 wrong command line or configuration; 3 it cannot be read.
"""
)
@click.argument("file", default="-")
@asks_repository
def command(*, file: str, is_json: bool) -> None:
    """Say who owns each frame of a traceback.

    Reads any text with Python tracebacks in it, from this machine or another one: log prefixes, chained exceptions and
    exception groups are understood, and files of a container or an installed wheel are found again in the repository.
    At fault is the owner of the innermost frame that somebody owns; shared code that is configured as transparent,
    other packages and the standard library are passed over.
    """
    from pathlib import Path

    import whose
    from whose.errors import WhoseError
    from whose.report.consoles import error_console, output_console
    from whose.report.files import list_files
    from whose.report.judging import judge
    from whose.report.pasted import parse_tracebacks
    from whose.report.traceback_shown import print_chains, traceback_document

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise WhoseError(f"{file}: cannot be read ({error.strerror})") from error
    repository = whose.load()
    tracebacks = parse_tracebacks(raw.decode("utf-8", "replace"))
    chains = judge(tracebacks, repository=repository, listing=list_files(repository.root)) if tracebacks else ()
    if is_json:
        print_json(traceback_document(chains))
    elif chains:
        print_chains(chains, output_console())
    else:
        error_console().print(
            f"whose: there is no Python traceback in {'standard input' if file == '-' else file}", soft_wrap=True
        )
    if not chains or any(chain.at_fault is None for chain in chains if not chain.is_group):
        sys.exit(FOUND)
