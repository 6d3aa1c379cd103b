"""The command ``whose coverage``: tells how much of a repository is owned, by team and by folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from whose.cli import FOUND
from whose.cli._options import asks_repository, print_json

SECTION = "Check"


@click.command(
    epilog="""\b
Examples:
  whose coverage
  whose coverage --depth 2
  whose coverage --fail-under 95
  whose coverage --html owners.html
\b
Exit codes: 0 told; 1 less is covered than --fail-under asks for; 2 wrong command
line or configuration; 3 the repository cannot be read, or FILE cannot be written.
"""
)
@click.option(
    "--depth", type=click.IntRange(1, 20), default=1, show_default=True, help="Levels of folders that are shown."
)
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 1 below this coverage.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a zoomable map of the repository by owner.",
)
@asks_repository
def command(*, depth: int, fail_under: float | None, page: Path | None, is_json: bool) -> None:
    """Tell how much is owned, unowned on purpose, and missing an owner.

    Counts files and lines, per team and per folder. Coverage is the share of files with an owner among those that need
    one, which what is unowned on purpose does not.
    """
    from datetime import datetime

    import whose
    from whose.report.consoles import error_console, output_console
    from whose.report.coverage_shown import coverage_document, print_coverage
    from whose.report.progress import Progress
    from whose.report.survey import measured_coverage

    progress = Progress()
    repository = whose.load()
    coverage, unreadable = measured_coverage(repository, progress)
    if page is not None:
        from whose.report.treemap import treemap_page
        from whose.report.writing import write_atomically

        progress.say("drawing the map")
        made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        html = treemap_page(coverage, title=repository.root.name, made_at=made_at)
        write_atomically(page, html.encode("utf-8", "replace"))
    progress.clear()
    for text in unreadable:
        error_console().print(f"whose: {text}", style="yellow", soft_wrap=True)
    if is_json:
        print_json(coverage_document(coverage, depth=depth, unreadable=unreadable))
    else:
        print_coverage(coverage, output_console(), depth=depth)
        if page is not None:
            output_console().print(f"\nthe map: {page}", soft_wrap=True)
    covered = coverage.whole().covered()
    if fail_under is not None and covered < fail_under:
        error_console().print(
            f"whose: {covered:.2f}% is covered, less than {fail_under:g}%", style="bold red", soft_wrap=True
        )
        sys.exit(FOUND)
