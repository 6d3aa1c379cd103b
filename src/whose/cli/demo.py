"""The command ``whose demo``: runs the example shop for real and shows who owns what it did."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from whose.cli import FOUND

SECTION = "Start"
PAGE = "whose-demo.html"

#: What the shop and its watching need; they run in processes of their own, where a missing one would be found late.
LIBRARIES = (
    "celery",
    "django",
    "gunicorn",
    "opentelemetry.exporter.otlp.proto.http",
    "opentelemetry.instrumentation.celery",
    "opentelemetry.instrumentation.django",
    "opentelemetry.sdk",
    "pydantic",
    "redis",
    "rest_framework",
)


@click.command(
    epilog="""\b
Examples:
  whose demo --open                          and look at the page
  whose demo --seconds 30 --html out.html    more traffic, another page
  whose demo --broker redis://localhost:6379/0
  whose demo --json | jq .verdict
\b
Exit codes: 0 every transaction is right; 1 one is wrong, or something is missing;
2 the command line is wrong or the extra "demo" is not installed; 3 the demo could
not run: no broker, a port in use, a process that died; 130 Ctrl-C, 143 SIGTERM.
Whichever it is, every process has been ended and the temporary folder removed.
"""
)
@click.option(
    "--seconds", type=click.FloatRange(1, 600), metavar="N", default=10, help="How long traffic is sent; 10 by default."
)
@click.option("--broker", metavar="URL", help="Use this broker instead of starting a Redis.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=0,
    help="Port of the shop's site; any that is free by default.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=PAGE,
    help=f"Where the page is written; {PAGE} by default.",
)
@click.option("--open", "is_opened", is_flag=True, help="Open the page in your browser.")
@click.option("--json", "is_json", is_flag=True, help="Print the outcome as JSON and nothing else.")
def command(*, seconds: float, broker: str | None, port: int, page: Path, is_opened: bool, is_json: bool) -> None:
    """Run a shop of six teams for real, and see who owns what it did.

    Starts the example shop: the site on gunicorn, a Celery worker with two processes, a Redis of its own, OpenTelemetry
    in both. Sends it some seconds of traffic, and compares the owner of every request and every task with the list that
    the shop's people made by hand. Then prints what each team's code did, and writes a page with plots of the same.

    Nothing is installed, and nothing stays but the page.
    """
    import json

    from rich.console import Console

    from whose.errors import MissingExtraError

    for library in LIBRARIES:
        if not _is_installed(library):
            raise MissingExtraError(wanted="whose demo", library=library, extra="demo")
    from whose.demo.document import document_of
    from whose.demo.interruption import Interruption
    from whose.demo.page import page_of
    from whose.demo.progress import TerminalProgress
    from whose.demo.run import Options, run_demo
    from whose.demo.terminal import print_outcome

    if not page.parent.is_dir():
        raise click.UsageError(f"--html {page}: there is no folder {page.parent}")
    # Progress is no result: it goes where a pipe behind us does not read it.
    with Interruption() as interruption, TerminalProgress(Console(stderr=True)) as progress:
        outcome = run_demo(
            Options(seconds=seconds, broker=broker, port=port), interruption=interruption, progress=progress
        )
    page.write_text(page_of(outcome), encoding="utf-8")
    if is_json:
        click.echo(json.dumps(document_of(outcome), indent=2))
    else:
        console = Console()
        print_outcome(outcome, console)
        console.print(f"  the page: {page}", highlight=False)
    if is_opened:
        click.launch(page.resolve().as_uri())
    if not outcome.verdict.is_right:
        raise SystemExit(FOUND)


def _is_installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ModuleNotFoundError:
        return False
