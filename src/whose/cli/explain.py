"""The command ``whose explain``: shows what every source says of something, and who won."""

from __future__ import annotations

import sys

import click

from whose.cli import FOUND
from whose.cli._options import asks_repository, print_json, starts_project

SECTION = "Ask"


@click.command(
    epilog="""\b
Examples:
  whose explain src/shop/cart.py
  whose explain shop.cart.views.add --json
  whose explain /cart/add/ --settings shop.settings
\b
Exit codes: 0 explained; 1 no view serves a URL, or no task has a name; 2 wrong
command line or configuration; 3 the project could not be started, or a path lies
outside the repository.
"""
)
@click.argument("things", metavar="THING...", nargs=-1, required=True)
@click.option("--as", "kind", type=click.Choice(["path", "name", "url", "task"]), help="What the things are.")
@starts_project
@asks_repository
def command(
    *, things: tuple[str, ...], kind: str | None, settings: str | None, app: str | None, online: bool, is_json: bool
) -> None:
    """Show why something has the owner that it has.

    Lists every source that speaks of it, the most trusted first, with the rule and the place where it stands; the first
    one decides. A THING is what `whose of` takes.
    """
    from whose.cli._answers import Answers
    from whose.report.answers_shown import answers_document, print_explanations
    from whose.report.consoles import output_console
    from whose.report.questions import Kind

    answers = Answers(settings=settings, app=app, online=online, kind=Kind(kind) if kind else None)
    given = [answers.of(text) for text in things]
    if is_json:
        print_json(answers_document("explain", given, with_sources=True))
    else:
        print_explanations(given, output_console())
    if any(not answer.exists and answer.kind is not Kind.PATH for answer in given):
        sys.exit(FOUND)
