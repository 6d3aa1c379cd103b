"""``whose profile``: which team's code burns the CPU time of a program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whose.cli import FAILED

if TYPE_CHECKING:
    from whose.report.profile import Profile

SECTION = "Run"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a flame graph to FILE.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.option(
    "--interval", default=5.0, show_default=True, type=click.FloatRange(0.5, 1000), help="Milliseconds between samples."
)
@click.option(
    "--attach-file",
    "stacks",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Read collapsed stacks that py-spy (--format raw) or Pyroscope wrote, instead of running anything.",
)
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
def command(
    page: Path | None, *, as_json: bool, interval: float, stacks: Path | None, program: tuple[str, ...]
) -> None:
    """Measure the CPU time of a Python program by the owner of its code.

    Runs COMMAND and samples it and the processes that it forks or starts. Each sample counts for the owner of the
    innermost frame that somebody owns. The exit code is the command's.

    \b
      whose profile -- python manage.py test
      whose profile --html cpu.html -- celery -A shop worker
      whose profile --attach-file stacks.txt
    """  # noqa: D301 - click reads this mark as "leave the lines as they are"
    from whose.report.profile import load_collapsed, load_samples

    code = 0
    if stacks is not None:
        if program:
            raise click.UsageError("give either --attach-file or a command, not both")
        from whose import load
        from whose.report.files import list_files

        repository = load(Path.cwd())
        profile = load_collapsed(stacks, repository, files=list(list_files(repository.root).paths))
    elif program:
        with tempfile.TemporaryDirectory(prefix="whose-profile-") as folder:
            code = _run(program, Path(folder), interval=interval / 1000)
            profile = load_samples(Path(folder))
        if not profile.processes:
            click.echo(f"whose: {program[0]} left no samples; is it a Python program of this environment?", err=True)
            raise SystemExit(code or FAILED)
    else:
        raise click.UsageError("name a command to run after '--', or stacks to read with --attach-file")
    _show(profile, title=" ".join(program) or str(stacks), page=page, as_json=as_json)
    raise SystemExit(code)


def _run(program: tuple[str, ...], folder: Path, *, interval: float) -> int:
    from whose.bootstrap.environment import with_us_on_the_path

    environment = {
        **with_us_on_the_path(os.environ), "WHOSE_PROFILE_TO": str(folder), "WHOSE_PROFILE_INTERVAL": str(interval)
    }  # fmt: skip
    try:
        process = subprocess.Popen(program, env=environment)  # noqa: S603 - the user's own command
    except OSError as error:
        click.echo(f"whose: {program[0]}: cannot be run: {error.strerror}", err=True)
        raise SystemExit(FAILED) from error
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: process.send_signal(received))
    # Ctrl-C reaches the program by itself, being in the same group; we wait for what it makes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = process.wait()
    return code if code >= 0 else 128 - code


def _show(profile: Profile, *, title: str, page: Path | None, as_json: bool) -> None:
    from rich.table import Table

    from whose.report.consoles import output_console
    from whose.report.profile import flame_graph_page
    from whose.report.profile.flame_graph import amount

    total = profile.total or 1.0
    if page is not None:
        page.write_text(flame_graph_page(profile, title=f"CPU time by owner: {title}"), encoding="utf-8")
    if as_json:
        owners = [
            {"owner": owner, "spent": spent, "share": spent / total, "hottest": profile.hottest_of(owner, most=5)}
            for owner, spent in profile.by_owner()
        ]
        document = {"unit": profile.unit, "total": profile.total, "processes": profile.processes, "owners": owners}
        json.dump(document, sys.stdout, indent=2)
        print()
    else:
        table = Table(title=f"CPU time by owner, {amount(profile.total, profile.unit)} in all", title_justify="left")
        for name, justify in (("owner", "left"), ("spent", "right"), ("share", "right"), ("most of it in", "left")):
            table.add_column(name, justify=justify)  # type: ignore[arg-type]
        for owner, spent in profile.by_owner():
            hottest = profile.hottest_of(owner)
            style = "bold red" if owner == "none" else None
            place = hottest[0][0] if hottest else ""
            table.add_row(owner, amount(spent, profile.unit), f"{spent / total:.1%}", place, style=style)
        output_console().print(table)
    if page is not None:
        click.echo(f"whose: the flame graph is in {page}", err=True)
