"""The command ``whose export``: writes the owners of the repository in the words of another tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whose.cli._options import asks_repository, print_json
from whose.model import Team

if TYPE_CHECKING:
    from whose.sources.codeowners import Dialect

SECTION = "Exchange"


@click.command(
    epilog="""\b
Examples:
  whose export codeowners --output .github/CODEOWNERS
  whose export codeowners --dialect gitlab
  whose export mapping --as django
  whose export json | jq '.files[] | select(.state == "missing") | .path'
  whose export sentry | pbcopy
\b
Exit codes: 0 written; 2 wrong command line or configuration, or a team has no handle
to be named by; 3 the repository cannot be read, or FILE cannot be written.
"""
)
@click.argument("form", type=click.Choice(["codeowners", "mapping", "json", "backstage", "sentry"]))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file.")
@click.option("--org", metavar="ORG", help="For codeowners: name teams without a handle @ORG/TEAM.")
@click.option(
    "--dialect",
    type=click.Choice(["github", "gitlab"]),
    help="For codeowners: whose; else that of the CODEOWNERS file that is read here, else GitHub's.",
)
@click.option(
    "--as",
    "style",
    type=click.Choice(["toml", "django"]),
    default="toml",
    show_default=True,
    help="For mapping: a file for mapping_files, or Django's setting.",
)
@asks_repository
def command(
    *, form: str, output: Path | None, org: str | None, dialect: Dialect | None, style: str, is_json: bool
) -> None:
    """Write who owns what for another tool: GitHub, GitLab, edx-django-utils, Backstage, Sentry, or a program.

    Whatever the owners come from, here they are as they are now, in as few lines as can say it. What the other tool has
    no words for is told on standard error.
    """
    import whose
    from whose.report.consoles import error_console
    from whose.report.export import can_be_named
    from whose.report.progress import Progress
    from whose.report.survey import survey
    from whose.report.writing import write_atomically

    progress = Progress()
    surveyed = survey(whose.load(), progress)
    ownerships = {path: owner for path, owner in surveyed.ownerships.items() if can_be_named(path)}
    subjects = {path: surveyed.subjects[path] for path in ownerships}
    unsaid = [] if form == "json" else sorted(surveyed.ownerships.keys() - ownerships.keys())
    if form == "json":
        from whose.report.export.whole import whole_document

        whole = whole_document(surveyed, surveyed.entry_points(progress))
        text = json.dumps(whole, indent=2) + "\n"
    elif form == "codeowners":
        from whose.report.export.codeowners import codeowners_text

        files = surveyed.repository.declarations.codeowners
        spoken: Dialect = dialect or (files[0].parsed.dialect if files else "github")
        text = codeowners_text(ownerships, handle_of=lambda team: _handle(team, org), dialect=spoken)
    elif form == "mapping":
        from whose.report.export.mapping import django_of, mapping_of, toml_of

        mapping = mapping_of(subjects, ownerships)
        text = django_of(mapping) if style == "django" else toml_of(mapping)
        unsaid.extend(mapping.unsayable)
    elif form == "backstage":
        from whose.report.export.backstage import backstage_catalogue

        root = surveyed.repository.root
        text = backstage_catalogue(surveyed.repository.teams, ownerships, repository=root.name)
    else:
        from whose.report.export.sentry import sentry_rules

        text = sentry_rules(subjects, ownerships)
    for what in unsaid:
        error_console().print(f"whose: {form} cannot say who owns {what}", style="yellow", soft_wrap=True)
    if output is not None:
        write_atomically(output, text.encode())
    elif is_json and form != "json":
        print_json({"version": 1, "kind": "export", "form": form, "text": text, "unsaid": unsaid})
    else:
        click.echo(text, nl=False)


def _handle(team: Team, org: str | None) -> str:
    """Return how CODEOWNERS names a team: by its first handle of a group, else of a person, else its mail address."""
    handles = [handle for handle in team.handles if handle.startswith("@")]
    groups = [handle for handle in handles if "/" in handle]
    mails = [handle for handle in (*team.handles, team.contacts.get("mail", "")) if "@" in handle[1:]]
    for found in (*groups, *handles, *mails):
        return found
    if org is None:
        raise click.UsageError(
            f'the team {team.name!r} has no handle to be named by: add handles = ["@org/team"] to it, or give --org'
        )
    return f"@{org.removeprefix('@')}/{team.name}"
