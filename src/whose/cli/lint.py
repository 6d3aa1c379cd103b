"""The command ``whose lint``: finds what is wrong with the rules, and mends what it can be certain of."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from whose.cli import FOUND, USAGE
from whose.cli._options import asks_repository, print_json

SECTION = "Check"


def _codes(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    from whose.report.lint.codes import CODES

    codes = tuple(code.strip().upper() for text in value for code in text.split(",") if code.strip())
    for code in codes:
        if not any(known.startswith(code) for known in CODES):
            raise click.BadParameter(f"no code begins with {code!r}; docs/lint.md lists them")
    return codes


@click.command(
    epilog="""\b
Examples:
  whose lint
  whose lint --fix
  whose lint --select WH1,WH2 --ignore WH106
  whose lint --format sarif > whose.sarif
  whose lint --baseline .whose-baseline.json --new-baseline     excuse what is there now
  whose lint --baseline .whose-baseline.json                    and fail on what is new
\b
Exit codes: 0 nothing found; 1 something found that the baseline does not excuse;
2 wrong command line, or a configuration that cannot be read (then its mistakes are
the findings); 3 the repository cannot be read, or a file cannot be written.
"""
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github", "gitlab"]),
    default="text",
    show_default=True,
    help="For people, programs, code scanning, or annotations of a pull or merge request.",
)
@click.option(
    "--select", multiple=True, callback=_codes, metavar="CODES", help="Look for these only; WH1 is all WH1xx."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="Do not look for these.")
@click.option("--fix", "is_fixing", is_flag=True, help="Mend what is certain, and show the rest.")
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), help="Excuse the findings in this file.")
@click.option("--new-baseline", "is_new", is_flag=True, help="Make the baseline of what is found now.")
@click.option(
    "--isolated", is_flag=True, help="The project's packages are not installed here: do not judge their names."
)
@asks_repository
def command(
    *,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    is_fixing: bool,
    baseline: Path | None,
    is_new: bool,
    isolated: bool,
    is_json: bool,
) -> None:
    """Find what is wrong with the rules.

    Rules that match nothing or never count, names that nobody has, teams that own nothing, sources that disagree, lines
    that GitHub or GitLab passes over: each with its place, a code (docs/lint.md) and how to mend it.
    """
    from whose.errors import ConfigurationError
    from whose.report.consoles import error_console
    from whose.report.lint.baseline import load_baseline, new_baseline
    from whose.report.lint.running import Linting, mistakes
    from whose.report.lint.shown import print_findings

    form = "json" if is_json else form
    excuses = load_baseline(baseline) if baseline is not None and not is_new else None
    try:
        linting = Linting(selected=select, ignored=ignore, has_packages=not isolated)
        findings, mended = linting.fixed() if is_fixing else (linting.findings(), ())
    except ConfigurationError as error:
        print_findings(mistakes(error), (), form=form, print_json=print_json)
        sys.exit(USAGE)
    if baseline is None and linting.settings.baseline is not None:
        baseline = Path(os.path.relpath(linting.settings.baseline.path))
        excuses = load_baseline(baseline) if not is_new else None
    if is_new and baseline is None:
        raise click.UsageError("--new-baseline needs a file: --baseline FILE, or baseline in [tool.whose.lint]")
    if mended:
        error_console().print(f"whose: mended {len(mended)} finding{'' if len(mended) == 1 else 's'}", soft_wrap=True)
    if is_new and baseline is not None:
        made = new_baseline(baseline, findings)
        made.write()
        findings, excused = made.divided(findings)
    elif excuses is not None:
        findings, excused = excuses.divided(findings)
        left_over = excuses.left_over(excused, shown=str(baseline))
        if left_over and is_fixing:
            excuses.shrunk(excused).write()
        elif linting.wants("WH002"):
            findings = (*findings, *left_over)
    else:
        excused = ()
    print_findings(findings, excused, form=form, print_json=print_json)
    if findings:
        sys.exit(FOUND)
