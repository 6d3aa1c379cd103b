"""Plots who hands work to whom: from the owner of the code that asked for a task to the owner of the task."""

from __future__ import annotations

from collections.abc import Mapping

from whose.demo.page.marks import WIDTH, bar, drawing, ribbon, text
from whose.demo.page.owners import Owners
from whose.demo.summary import Summary

_TOP = 26
_HEIGHT = 262
_GAP = 8
_LABEL = 122
_NODE = 10
#: Thickness that even a single task is drawn with.
_THINNEST = 1.5


def hand_offs_plot(summary: Summary, owners: Owners) -> str:
    """Return the flows between owners in the sender's colour; what stays with one owner is grey."""
    senders = owners.sorted({caller for caller, _ in summary.hand_offs})
    takers = owners.sorted({owner for _, owner in summary.hand_offs})
    total = sum(summary.hand_offs.values())
    rows = max(len(senders), len(takers), 1)
    scale = (_HEIGHT - _GAP * (rows - 1)) / max(total, 1)
    left, right = _LABEL, WIDTH - _LABEL - _NODE
    marks = [
        text(left - 12, 12, "asked for by", anchor="end", kind="small"),
        text(right + _NODE + 12, 12, "tasks of", kind="small"),
    ]
    tops_out, ends = _nodes(summary.hand_offs, senders, 0, scale)
    tops_in, more_ends = _nodes(summary.hand_offs, takers, 1, scale)
    flows = []
    for sender in senders:
        for taker in takers:
            count = summary.hand_offs.get((sender, taker), 0)
            if not count:
                continue
            is_own = sender == taker
            flows.append(
                ribbon(
                    left + _NODE,
                    tops_out[sender],
                    right,
                    tops_in[taker],
                    max(count * scale, _THINNEST),
                    fill="var(--nobody)" if is_own else owners.colour(sender),
                    opacity=0.22 if is_own else 0.62,
                    title=f"{owners.name(sender)} → {owners.name(taker)}: {count} tasks",
                )
            )
            tops_out[sender] += count * scale
            tops_in[taker] += count * scale
    marks += flows
    for names, place, x, at, anchor in ((senders, 0, left, left - 12, "end"), (takers, 1, right, right + 22, "start")):
        tops, _ = _nodes(summary.hand_offs, names, place, scale)
        for name in names:
            count = sum(number for pair, number in summary.hand_offs.items() if pair[place] == name)
            height = max(count * scale, _THINNEST)
            marks += [
                bar(x, tops[name], _NODE, height, fill=owners.colour(name), corner=2),
                _label(at, tops[name] + height / 2 + 4, owners.name(name), count, anchor),
            ]
    return drawing(max(ends, more_ends) + 8, marks, label="Hand-offs between owners")


def _nodes(
    flows: Mapping[tuple[str, str], int], names: list[str], place: int, scale: float
) -> tuple[dict[str, float], float]:
    """Return where each owner's node begins, and where the last one ends."""
    tops = {}
    top = float(_TOP)
    for name in names:
        tops[name] = top
        count = sum(number for pair, number in flows.items() if pair[place] == name)
        # A label needs more room than a task.
        top += max(count * scale, 16 - _GAP) + _GAP
    return tops, top - _GAP


def _label(x: float, y: float, name: str, count: int, anchor: str) -> str:
    number = f'<tspan class="small number">{count}</tspan>'
    words = f"{number} {name}" if anchor == "end" else f"{name} {number}"
    return f'<text x="{x:g}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
