"""Plots the failures as a matrix: whose page or task it was, against whose code was at fault."""

from __future__ import annotations

import math

from whose.demo.page.marks import WIDTH, bar, drawing, text
from whose.demo.page.owners import Owners
from whose.demo.summary import Summary

_CELL = 30
_LEFT = 112
_TOP = 84


def faults_plot(summary: Summary, owners: Owners) -> str:
    """Return the matrix; what is not on the diagonal would have paged the wrong team."""
    names = owners.sorted({owner for pair in summary.faults for owner in pair})
    width = (WIDTH - _LEFT - 8) / max(1, len(names))
    most = max(summary.faults.values(), default=1)
    marks = [text(0, _TOP - 10, "entry ↓", kind="small"), text(0, _TOP - 26, "at fault →", kind="small")]
    for column, fault in enumerate(names):
        x = _LEFT + (column + 0.5) * width
        marks.append(f'<g transform="translate({x:.1f} {_TOP - 10}) rotate(-38)">{text(0, 0, owners.name(fault))}</g>')
    for place, entry in enumerate(names):
        y = _TOP + place * _CELL
        marks.append(text(_LEFT - 12, y + 19, owners.name(entry), anchor="end"))
        for column, fault in enumerate(names):
            count = summary.faults.get((entry, fault), 0)
            marks.append(_cell(_LEFT + column * width, y, width, count, most, is_own=entry == fault))
            if count:
                title = f"{owners.name(entry)}'s failed {count} times in the code of {owners.name(fault)}"
                x = _LEFT + (column + 0.5) * width
                marks.append(f"<g><title>{title}</title>{text(x, y + 19, count, anchor='middle', kind='number')}</g>")
    return drawing(_TOP + len(names) * _CELL, marks, label="Failures by owner of the entry and owner at fault")


def _cell(x: float, y: float, width: float, count: int, most: int, *, is_own: bool) -> str:
    if not count:
        return bar(x + 1, y + 1, width - 2, _CELL - 2, fill="var(--page)", opacity=0.7)
    # By the root, so that a single failure is seen beside fifty.
    strength = 0.22 + 0.5 * math.sqrt(count / most)
    return bar(x + 1, y + 1, width - 2, _CELL - 2, fill="var(--nobody)" if is_own else "var(--cross)", opacity=strength)
