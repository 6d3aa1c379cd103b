"""Shows findings: one line each for people, or in the form that a program asks for."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from whose.report.consoles import output_console
from whose.report.lint.codes import Gravity
from whose.report.lint.finding import Finding
from whose.report.lint.formats import github_of, gitlab_of, json_of, sarif_of

_STYLES = {Gravity.ERROR: "bold red", Gravity.WARNING: "yellow", Gravity.NOTE: "blue"}


def print_findings(
    findings: Sequence[Finding], excused: Sequence[Finding], *, form: str, print_json: Callable[[object], None]
) -> None:
    """Print findings in one of the forms of ``--format``."""
    if form == "json":
        print_json(json_of(findings, excused))
    elif form == "sarif":
        print_json(sarif_of(findings, excused))
    elif form == "gitlab":
        print_json(gitlab_of(findings))
    elif form == "github":
        sys.stdout.write(github_of(findings))
    else:
        _print_text(findings, excused, output_console())


def _print_text(findings: Sequence[Finding], excused: Sequence[Finding], console: Console) -> None:
    if console.is_terminal:
        for finding in findings:
            console.print(_line(finding))
    elif findings:
        # There may be thousands, and what has neither colour nor width need not be laid out.
        console.out("\n".join(_line(finding).plain for finding in findings))
    if findings:
        console.print()
    console.print(_summary(findings, excused))


def _line(finding: Finding) -> Text:
    style = _STYLES[finding.kind.gravity]
    fixable = (" [fixable]", "green") if finding.edit is not None else ""
    line = Text.assemble((f"{finding.place}:", "bold"), " ", (finding.code, style), " ", finding.message)
    return line.append(f"; {finding.mend}", style="dim").append_text(Text.assemble(fixable))


def _summary(findings: Sequence[Finding], excused: Sequence[Finding]) -> Text:
    if not findings:
        text = Text("nothing found", style="green")
    else:
        counts = Counter(finding.kind.gravity for finding in findings)
        parts = [
            f"{counts[gravity]:,} {gravity}{'' if counts[gravity] == 1 else 's'}"
            for gravity in Gravity
            if counts[gravity]
        ]
        text = Text(", ".join(parts), style="bold")
        fixable = sum(finding.edit is not None for finding in findings)
        if fixable:
            text.append(f"; --fix mends {fixable:,}", style="green")
    if excused:
        text.append(f"; the baseline excuses {len(excused):,}", style="dim")
    return text
