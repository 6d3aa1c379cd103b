"""The command ``whose of``: says who owns paths, modules, URLs and tasks."""

from __future__ import annotations

import sys

import click

from whose.cli import FOUND
from whose.cli._options import asks_repository, print_json, starts_project

SECTION = "Ask"


@click.command(
    epilog="""\b
Examples:
  whose of src/shop/cart.py shop.cart.views.add
  whose of /cart/add/ --settings shop.settings
  whose of send_receipt --app shop.celery:app
  git diff --name-only main | whose of --stdin --fail-unowned
\b
Exit codes: 0 answered; 1 no view serves a URL, no task has a name, or, with
--fail-unowned, something misses an owner; 2 wrong command line or configuration;
3 the project could not be started, or a path lies outside the repository.
"""
)
@click.argument("things", metavar="THING...", nargs=-1)
@click.option("--stdin", "is_stdin", is_flag=True, help="Read more things from standard input, one a line.")
@click.option("--as", "kind", type=click.Choice(["path", "name", "url", "task"]), help="What the things are.")
@click.option("--fail-unowned", is_flag=True, help="Exit with 1 where an owner is missing.")
@starts_project
@asks_repository
def command(
    *,
    things: tuple[str, ...],
    is_stdin: bool,
    kind: str | None,
    fail_unowned: bool,
    settings: str | None,
    app: str | None,
    online: bool,
    is_json: bool,
) -> None:
    """Say who owns something: a path, a dotted name, a URL or a task.

    Which of these a THING is can be seen from it. Paths and names are answered without importing the project. For URLs
    and tasks the project is started (with --settings, DJANGO_SETTINGS_MODULE or what manage.py names, or with --app);
    no task runs, and it can connect to nobody unless --online is given.
    """
    from whose.cli._answers import Answers
    from whose.report.answers_shown import answers_document, print_answers
    from whose.report.consoles import output_console
    from whose.report.progress import Progress
    from whose.report.questions import Kind
    from whose.report.states import State, state_of

    asked = [*things]
    if is_stdin:
        lines = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()
        asked += [line.strip() for line in lines if line.strip()]
    elif not asked:
        raise click.UsageError("name something: a path, a dotted name, a URL or a task")
    answers = Answers(settings=settings, app=app, online=online, kind=Kind(kind) if kind else None)
    given = [answers.of(text) for text in Progress().of(asked, "answering")]
    if is_json:
        print_json(answers_document("of", given))
    else:
        print_answers(given, output_console())
    if any(not answer.exists and answer.kind is not Kind.PATH for answer in given):
        sys.exit(FOUND)
    if fail_unowned and any(state_of(answer.ownership) is State.MISSING for answer in given):
        sys.exit(FOUND)
