"""The command ``whose teams``: lists the teams and how much each of them owns."""

from __future__ import annotations

import click

from whose.cli._options import asks_repository, print_json

SECTION = "Ask"


@click.command(
    epilog="""\b
Examples:
  whose teams
  whose teams --json | jq '.teams[] | select(.files == 0) | .name'
\b
Exit codes: 0 listed; 2 wrong command line or configuration; 3 the repository
cannot be read.
"""
)
@asks_repository
def command(*, is_json: bool) -> None:
    """List the teams, their contacts, and how much each of them owns.

    Counts files, tasks and views of the repository, the latter two as the source declares them; nothing is imported.
    """
    import whose
    from whose.report.consoles import output_console
    from whose.report.progress import Progress
    from whose.report.survey import survey
    from whose.report.teams_shown import holdings, print_teams, teams_document

    progress = Progress()
    surveyed = survey(whose.load(), progress)
    held = holdings(surveyed, surveyed.entry_points(progress))
    if is_json:
        print_json(teams_document(held))
    else:
        print_teams(held, output_console())
