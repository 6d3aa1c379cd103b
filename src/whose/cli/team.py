"""The command ``whose team``: shows everything that one team owns, and how to reach it."""

from __future__ import annotations

import click

from whose.cli._options import asks_repository, print_json

SECTION = "Ask"


@click.command(
    epilog="""\b
Examples:
  whose team team-red
  whose team @shop/red-squad --all
  whose team team-red --json | jq -r '.files[]'
\b
Exit codes: 0 shown; 2 there is no such team, wrong command line or configuration;
3 the repository cannot be read.
"""
)
@click.argument("name")
@click.option("--all", "is_everything", is_flag=True, help="Show every file, task and view.")
@asks_repository
def command(*, name: str, is_everything: bool, is_json: bool) -> None:
    """Show a team: contacts, rules, files, tasks and views.

    NAME is the team's name or one of its handles. Tasks and views are those that the source declares; nothing is
    imported.
    """
    import difflib

    import whose
    from whose.report.consoles import output_console
    from whose.report.progress import Progress
    from whose.report.survey import survey
    from whose.report.teams_shown import holdings, print_team, team_document

    progress = Progress()
    repository = whose.load()
    surveyed = survey(repository, progress)
    held = holdings(surveyed, surveyed.entry_points(progress))
    teams = {key: one for key, one in held.items() if one.team is not None}
    owner = repository.declarations.roster.owner_of(name)
    found = teams.get(name) or teams.get(owner.team)
    if found is None or found.team is None:
        near = difflib.get_close_matches(name, teams, n=1)
        mend = f"did you mean {near[0]!r}?" if near else "'whose teams' lists them."
        raise click.UsageError(f"there is no team {name!r}; {mend}")
    if is_json:
        print_json(team_document(found.team, found))
    else:
        print_team(found.team, found, output_console(), is_everything=is_everything)
