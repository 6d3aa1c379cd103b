"""Plots how many transactions each owner had, and how many of them failed."""

from __future__ import annotations

from whose.demo.page.marks import WIDTH, bar, drawing, text
from whose.demo.page.owners import Owners
from whose.demo.summary import Summary

_ROW = 34
_LEFT = 112
_RIGHT = 96
_LEGEND = 26


def transactions_plot(summary: Summary, owners: Owners) -> str:
    """Return a bar an owner: requests, then tasks; below it, in red, what failed."""
    most = max((row.count for row in summary.owners), default=1)
    room = WIDTH - _LEFT - _RIGHT
    marks = [*_legend()]
    for place, row in enumerate(summary.owners):
        top = _LEGEND + place * _ROW
        colour = owners.colour(row.owner)
        name = owners.name(row.owner)
        requests, tasks, errors = (room * part / most for part in (row.requests, row.tasks, row.errors))
        marks += [
            text(_LEFT - 12, top + 16, name, anchor="end"),
            bar(_LEFT, top + 4, requests, 15, fill=colour, title=f"{name}: {row.requests} requests", corner=2),
            bar(
                _LEFT + requests,
                top + 4,
                tasks,
                15,
                fill=colour,
                opacity=0.5,
                title=f"{name}: {row.tasks} tasks",
                corner=2,
            ),
            bar(_LEFT, top + 21, errors, 4, fill="var(--bad)", title=f"{name}: {row.errors} failed", corner=2),
            text(_LEFT + requests + tasks + 8, top + 16, f"{row.count:,}", kind="number"),
            text(
                WIDTH, top + 16, f"{row.errors} failed" if row.errors else "", anchor="end", kind="small failed number"
            ),
        ]
    return drawing(_LEGEND + len(summary.owners) * _ROW, marks, label="Transactions by owner")


def _legend() -> list[str]:
    return [
        bar(_LEFT, 2, 12, 10, fill="var(--muted)", corner=2),
        text(_LEFT + 18, 11, "requests", kind="small"),
        bar(_LEFT + 84, 2, 12, 10, fill="var(--muted)", opacity=0.5, corner=2),
        text(_LEFT + 102, 11, "tasks", kind="small"),
        bar(_LEFT + 148, 6, 12, 4, fill="var(--bad)", corner=2),
        text(_LEFT + 166, 11, "failed", kind="small"),
    ]
