"""The few marks that the page's plots are made of, as SVG text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

#: Width of every plot in its own units; the page scales it to the room there is.
WIDTH = 540


def drawing(height: float, marks: Iterable[str], *, label: str) -> str:
    """Return a drawing of some marks; ``label`` is what a screen reader says of it."""
    inside = "".join(marks)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )


def text(x: float, y: float, words: object, *, anchor: str = "start", kind: str = "") -> str:
    """Return words whose base line begins, centres or ends at a point."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{kind}">{escape(str(words))}</text>'


def bar(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str,
    opacity: float = 1,
    title: str = "",
    corner: float = 3,
) -> str:
    """Return a rectangle; nothing where it would have no width."""
    if width <= 0 or height <= 0:
        return ""
    radius = min(corner, width / 2, height / 2)
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" rx="{radius:g}" '
        f'style="fill:{fill}" opacity="{opacity:g}">{_title(title)}</rect>'
    )


def line(x1: float, y1: float, x2: float, y2: float, *, kind: str = "axis", stroke: str = "", width: float = 1) -> str:
    """Return a straight line."""
    style = f' style="stroke:{stroke};stroke-width:{width:g}"' if stroke else ""
    return f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" class="{kind}"{style}/>'


def dot(x: float, y: float, radius: float, *, fill: str, stroke: str = "none", title: str = "") -> str:
    """Return a circle."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}" style="fill:{fill};stroke:{stroke};stroke-width:2">'
        f"{_title(title)}</circle>"
    )


def ribbon(
    x1: float, top1: float, x2: float, top2: float, thickness: float, *, fill: str, opacity: float, title: str
) -> str:
    """Return a band of even thickness that flows from one upright edge to another."""
    middle = (x1 + x2) / 2
    low1, low2 = top1 + thickness, top2 + thickness
    path = (
        f"M{x1:.2f},{top1:.2f} C{middle:.2f},{top1:.2f} {middle:.2f},{top2:.2f} {x2:.2f},{top2:.2f} "
        f"L{x2:.2f},{low2:.2f} C{middle:.2f},{low2:.2f} {middle:.2f},{low1:.2f} {x1:.2f},{low1:.2f} Z"
    )
    return f'<path d="{path}" style="fill:{fill}" opacity="{opacity:g}">{_title(title)}</path>'


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>" if words else ""
