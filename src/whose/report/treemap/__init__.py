"""Draws a repository as a treemap by team: one self-contained HTML page, zoomable, fit for print."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from whose.report.coverage import Amount, Coverage, CoveredFile
from whose.report.states import State
from whose.report.treemap.tree import Owners, tree_of

_GAPS = 12


def treemap_page(coverage: Coverage, *, title: str, made_at: str) -> str:
    """Return the page; it needs nothing else, runs without a network, and names every team also without scripts.

    ``title`` names the repository, ``made_at`` the time at which the files were read.
    """
    owners = Owners.of(coverage)
    data = {"owners": list(owners.names), "root": tree_of(coverage.files, owners)}
    # Names of files must not end the script element that they stand in, nor begin another.
    text = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    values = {
        "TITLE": escape(title),
        "MADE_AT": escape(made_at),
        "STYLE": _asset("style.css"),
        "SCRIPT": "\n".join(_asset(name) for name in ("layout.js", "swatches.js", "page.js")),
        "HEADLINE": _headline(coverage),
        "LEGEND": _legend(coverage, owners),
        "GAPS": _gaps(coverage),
        "DATA": text,
    }
    return re.sub(r"@@([A-Z_]+)@@", lambda found: values[found[1]], _asset("page.html"))


def _asset(name: str) -> str:
    return files("whose.report.treemap").joinpath(name).read_text(encoding="utf-8")


def _headline(coverage: Coverage) -> str:
    whole = coverage.whole()
    missing, on_purpose = whole.by_state[State.MISSING], whole.by_state[State.UNOWNED_ON_PURPOSE]
    parts = [
        f"<strong>{whole.covered():.1f}%</strong> of the files that need an owner have one",
        f"<strong>{_files(missing.files)}</strong> ({missing.lines:,} lines) without an owner"
        if missing.files
        else "no file is without an owner",
    ]
    if on_purpose.files:
        parts.append(f"{_files(on_purpose.files)} unowned on purpose")
    by_default = coverage.by_default()
    if by_default.files:
        parts.append(f"{_files(by_default.files)} owned by the default only")
    return " · ".join(parts)


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _legend(coverage: Coverage, owners: Owners) -> str:
    portion = coverage.whole()
    whole = portion.all
    amounts = {**{state.value: portion.by_state[state] for state in State}, **coverage.by_team()}
    rows = []
    for number, name in enumerate(owners.names):
        amount = amounts[name]
        if not amount.files and number < len(State) - 1:
            continue
        share = 100 * amount.lines / whole.lines if whole.lines else 0
        shown = owners.shown(number)
        rows.append(
            f'<tr data-owner="{number}"><td class="swatch"></td><td class="number">{owners.badge(number)}</td>'
            f'<th scope="row"><button type="button" aria-pressed="false">{escape(shown)}</button></th>'
            f"<td>{amount.files:,}</td><td>{amount.lines:,}</td>"
            f"<td>{share:.1f}%</td></tr>"
        )
    return "".join(rows)


def _gaps(coverage: Coverage) -> str:
    gaps: Sequence[tuple[str, Amount]] = coverage.gaps(_GAPS)
    if not gaps:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><a href="#{escape(path, quote=True)}">{escape(path)}</a></th>'
        f"<td>{amount.files:,}</td><td>{amount.lines:,}</td></tr>"
        for path, amount in gaps
    )
    heading = "<h2>Largest gaps</h2>"
    columns = (
        '<thead><tr><th scope="col">without an owner</th><th scope="col">files</th><th scope="col">lines</th></tr>'
    )
    return f"{heading}<table>{columns}<tbody>{rows}</tbody></table>"


__all__ = ["CoveredFile", "treemap_page"]
