"""Shows coverage, to people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from whose.report.coverage import Amount, Coverage, Portion
from whose.report.records import document
from whose.report.states import State
from whose.report.tables import number, state_text, table

#: Gaps that people are shown; JSON has them all.
_GAPS = 10
_FIGURES = ("files", "lines", "share")


def print_coverage(coverage: Coverage, console: Console, *, depth: int) -> None:
    """Print the whole, the teams, the folders and the largest gaps, the figures that matter most last."""
    whole = coverage.whole()
    teams = table("team", *_FIGURES, numbers=_FIGURES)
    for name, amount in coverage.by_team().items():
        teams.add_row(state_text(State.OWNED, name), *_figures(amount, whole.all))
    columns = ("covered", "files", "owned", "on purpose", "no owner")
    folders = table("folder", *columns, numbers=columns)
    for name, portion in coverage.by_folder(depth).items():
        folders.add_row(Text(name.rstrip("/") + "/" if name != "/" else "./"), *_portion(portion))
    gaps = table("without an owner", "files", "lines", numbers=_FIGURES)
    for path, amount in coverage.gaps(_GAPS):
        gaps.add_row(Text(path, style="red"), number(amount.files), number(amount.lines))
    states = table("", *_FIGURES, numbers=_FIGURES)
    for state in State:
        states.add_row(state_text(state, state.words), *_figures(whole.by_state[state], whole.all))
    by_default = coverage.by_default()
    if by_default.files:
        states.add_row(Text("  by default only", style="yellow"), *_figures(by_default, whole.all))
    for rows in (teams, folders, gaps):
        if rows.row_count:
            console.print(rows)
            console.print()
    console.print(states)
    console.print(Text.assemble("covered: ", (f"{whole.covered():.1f}%", "bold"), " of the files that need an owner"))


def _figures(amount: Amount, whole: Amount) -> tuple[str, str, str]:
    share = 100 * amount.files / whole.files if whole.files else 0.0
    return number(amount.files), number(amount.lines), f"{share:.1f}%"


def _portion(portion: Portion) -> tuple[Text, ...]:
    owned, on_purpose, missing = (portion.by_state[state].files for state in State)
    covered = f"{portion.covered():.1f}%" if owned + missing else "-"
    figures = (number(portion.all.files), number(owned), number(on_purpose))
    return (Text(covered), *map(Text, figures), Text(number(missing), style="bold red" if missing else ""))


def coverage_document(coverage: Coverage, *, depth: int, unreadable: Sequence[str]) -> dict[str, object]:
    """Return the document of ``whose coverage --json``."""
    return document(
        "coverage",
        whole=_record(coverage.whole()),
        by_default=_amount(coverage.by_default()),
        teams={name: _amount(amount) for name, amount in coverage.by_team().items()},
        folders={name: _record(portion) for name, portion in coverage.by_folder(depth).items()},
        gaps=[{"path": path, **_amount(amount)} for path, amount in coverage.gaps(len(coverage.files))],
        unreadable=list(unreadable),
    )


def _record(portion: Portion) -> dict[str, object]:
    states: Mapping[str, object] = {state.value: _amount(portion.by_state[state]) for state in State}
    return {"covered_percent": round(portion.covered(), 2), **_amount(portion.all), **states}


def _amount(amount: Amount) -> dict[str, int]:
    return {"files": amount.files, "lines": amount.lines}
