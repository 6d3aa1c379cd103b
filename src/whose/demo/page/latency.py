"""Plots how long each owner's transactions took: the median and the 95th percentile."""

from __future__ import annotations

import math

from whose.demo.page.marks import WIDTH, dot, drawing, line, text
from whose.demo.page.owners import Owners
from whose.demo.summary import Summary

_ROW = 34
_LEFT = 112
_RIGHT = 116
_TOP = 26


def latency_plot(summary: Summary, owners: Owners) -> str:
    """Return a line an owner from p50 to p95, on a scale on which each step is ten times the one before."""
    times = [time for row in summary.owners for time in (row.p50, row.p95) if time > 0]
    low = math.floor(math.log10(min(times, default=0.001)))
    high = max(low + 1, math.ceil(math.log10(max(times, default=1))))
    room = WIDTH - _LEFT - _RIGHT
    bottom = _TOP + len(summary.owners) * _ROW

    def x(seconds: float) -> float:
        return _LEFT + room * (math.log10(max(seconds, 10**low)) - low) / (high - low)

    marks = []
    for power in range(low, high + 1):
        marks += [
            line(x(10**power), _TOP - 6, x(10**power), bottom),
            text(x(10**power), 12, duration(10**power), anchor="middle", kind="small"),
        ]
    marks.append(text(WIDTH, 12, "p50 to p95", anchor="end", kind="small"))
    for place, row in enumerate(summary.owners):
        y = _TOP + place * _ROW + 12
        colour, name = owners.colour(row.owner), owners.name(row.owner)
        said = f"{duration(row.p50)} to {duration(row.p95)}"
        marks += [
            text(_LEFT - 12, y + 4, name, anchor="end"),
            line(x(row.p50), y, x(row.p95), y, kind="", stroke=colour, width=3),
            dot(x(row.p50), y, 5.5, fill=colour, title=f"{name}: half of them within {duration(row.p50)}"),
            dot(x(row.p95), y, 4.5, fill="var(--card)", stroke=colour, title=f"{name}: 95% within {duration(row.p95)}"),
            text(WIDTH, y + 4, said, anchor="end", kind="small number"),
        ]
    return drawing(bottom, marks, label="Latency by owner")


def duration(seconds: float) -> str:
    """Return a duration in the unit that suits it.

    >>> duration(0.0042), duration(0.25), duration(3)
    ('4.2 ms', '250 ms', '3 s')
    """
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{1000 * seconds:.2g} ms" if seconds < 0.0995 else f"{1000 * seconds:.0f} ms"
