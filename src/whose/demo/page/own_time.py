"""Plots how long each owner's transactions took beside how long its own code took, in whosever transactions."""

from __future__ import annotations

from whose.demo.page.latency import duration
from whose.demo.page.marks import WIDTH, bar, drawing, text
from whose.demo.page.owners import Owners
from whose.demo.summary import Summary

_ROW = 38
_LEFT = 112
_RIGHT = 70
_TOP = 26


def own_time_plot(summary: Summary, owners: Owners) -> str:
    """Return two bars an owner; nothing where no time was accounted for."""
    if not summary.own_seconds:
        return ""
    entered = summary.entered_seconds
    names = owners.sorted(set(entered) | set(summary.own_seconds))
    most = max([*entered.values(), *summary.own_seconds.values()])
    room = WIDTH - _LEFT - _RIGHT
    marks = [
        bar(_LEFT, 2, 12, 10, fill="var(--muted)", opacity=0.3, corner=2),
        text(_LEFT + 18, 11, "its pages and tasks took", kind="small"),
        bar(_LEFT + 178, 2, 12, 10, fill="var(--muted)", corner=2),
        text(_LEFT + 196, 11, "its own code took", kind="small"),
    ]
    for place, owner in enumerate(names):
        top = _TOP + place * _ROW
        colour, name = owners.colour(owner), owners.name(owner)
        rows = ((entered.get(owner, 0.0), 0.3, top + 4), (summary.own_seconds.get(owner, 0.0), 1.0, top + 17))
        marks.append(text(_LEFT - 12, top + 20, name, anchor="end"))
        for seconds, opacity, y in rows:
            long = room * seconds / most
            marks += [
                bar(_LEFT, y, long, 11, fill=colour, opacity=opacity, corner=2),
                text(_LEFT + long + 8, y + 10, duration(seconds), kind="small number"),
            ]
    return drawing(_TOP + len(names) * _ROW, marks, label="Own time by owner")
