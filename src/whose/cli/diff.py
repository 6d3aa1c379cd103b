"""The command ``whose diff``: shows what changes owner between a revision and now."""

from __future__ import annotations

import sys

import click

from whose.cli import FOUND
from whose.cli._options import asks_repository, print_json

SECTION = "Check"


@click.command(
    epilog="""\b
Examples:
  whose diff main
  whose diff HEAD~10 --all
  whose diff origin/main --fail-orphans        in a pull request
\b
Exit codes: 0 compared; 1 with --fail-orphans, something has no owner now that had
one or is new; 2 wrong command line or configuration, then or now; 3 there is no
such revision, or no repository.
"""
)
@click.argument("revision", metavar="REV")
@click.option("--all", "is_everything", is_flag=True, help="List every file.")
@click.option("--fail-orphans", is_flag=True, help="Exit with 1 where something new or formerly owned has no owner.")
@asks_repository
def command(*, revision: str, is_everything: bool, fail_orphans: bool, is_json: bool) -> None:
    """Show what changes owner between a revision and the working tree.

    Files, tasks and views that pass from one team to another, because rules changed or because code moved; what is new
    and what is gone; and the orphans, which have no owner now. The rules of REV are read out of git; nothing is checked
    out and nothing is imported.
    """
    import whose
    from whose.report.changes import changes_since
    from whose.report.changes_shown import changes_document, print_changes
    from whose.report.consoles import output_console
    from whose.report.progress import Progress

    progress = Progress()
    changes = changes_since(revision, whose.load(), progress)
    progress.clear()
    if is_json:
        print_json(changes_document(changes))
    else:
        print_changes(changes, output_console(), is_everything=is_everything)
    if fail_orphans and changes.orphans:
        sys.exit(FOUND)
