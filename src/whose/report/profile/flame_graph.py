"""Draws a profile as a flame graph coloured by owner: one self-contained page that also reads without scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from importlib.resources import files

from whose.report.profile.samples import NOBODY, Profile

#: Colours that colour-blind people tell apart (Okabe and Ito); nobody's code is striped, see the page's style.
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#8aa4d6", "#c9a27a", "#9ad0c2")
_WIDTH = 1200.0
_ROW = 18
#: Boxes narrower than this many units of 1,200 are left out, with what stands on them.
_NARROWEST = 0.4
#: A letter takes about this many units at the size used.
_LETTER = 6.6


@dataclass(slots=True)
class _Node:
    name: str
    owner: str | None
    weight: float = 0.0
    children: dict[tuple[str, str | None], _Node] = field(default_factory=dict)


def flame_graph_page(profile: Profile, *, title: str) -> str:
    """Return the page: a table of the owners, and the graph, outermost frames at the top."""
    owners = [owner for owner, _ in profile.by_owner()]
    root, depth = _tree(profile)
    boxes = "".join(_boxes(root, 0.0, 0, root.weight or 1.0, owners, profile.unit))
    values = {
        "@@TITLE@@": escape(title),
        "@@STYLE@@": _asset("style.css") + "".join(_fills(owners)),
        "@@SCRIPT@@": _asset("page.js"),
        "@@OWNERS@@": "".join(_rows(profile, owners)),
        "@@SUMMARY@@": escape(_summary(profile)),
        "@@HEIGHT@@": str((depth + 1) * _ROW),
        "@@BOXES@@": boxes,
    }
    page = _asset("page.html")
    for mark, value in values.items():
        page = page.replace(mark, value)
    return page


def amount(weight: float, unit: str) -> str:
    """Return an amount as people read it: ``1.25 s``, ``312 samples``."""
    return f"{weight:.2f} s" if unit == "s" else f"{weight:,.0f} {unit}"


def _asset(name: str) -> str:
    return files("whose.report.profile").joinpath(name).read_text(encoding="utf-8")


def _summary(profile: Profile) -> str:
    processes = "1 process" if profile.processes == 1 else f"{profile.processes} processes"
    return f"{amount(profile.total, profile.unit)} in {processes}, {len(profile.samples):,} different stacks"


def _tree(profile: Profile) -> tuple[_Node, int]:
    root, depth = _Node("all", None), 0
    for sample in profile.samples:
        node = root
        node.weight += sample.weight
        for frame in sample.frames:
            key = (frame.name, frame.owner)
            node = node.children.setdefault(key, _Node(frame.name, frame.owner))
            node.weight += sample.weight
        depth = max(depth, len(sample.frames))
    return root, depth


def _boxes(node: _Node, left: float, row: int, whole: float, owners: list[str], unit: str) -> list[str]:
    # A stack of our own, since a profile may be deeper than Python allows calls to be.
    made: list[str] = []
    waiting = [(node, left, row)]
    while waiting:
        one, x, level = waiting.pop()
        width = one.weight / whole * _WIDTH
        if width < _NARROWEST:
            continue
        owner = one.owner or ("frame" if level else "all")
        kind = f"o{owners.index(owner)}" if owner in owners else owner
        said = f"{one.name}\n{one.owner or 'nobody'}: {amount(one.weight, unit)}, {one.weight / whole:.1%}"
        letters = int((width - 6) / _LETTER)
        text = one.name if len(one.name) <= letters else f"{one.name[: letters - 1]}…" if letters > 3 else ""
        made.append(
            f'<g class="box {kind}" data-x="{x:.2f}" data-w="{width:.2f}" data-y="{level}">'
            f"<title>{escape(said)}</title>"
            f'<rect x="{x:.2f}" y="{level * _ROW}" width="{width:.2f}" height="{_ROW - 1}"/>'
            f'<text x="{x + 3:.2f}" y="{level * _ROW + 13}">{escape(text)}</text></g>'
        )
        for child in sorted(one.children.values(), key=lambda child: child.name):
            waiting.append((child, x, level + 1))
            x += child.weight / whole * _WIDTH
    return made


def _fills(owners: list[str]) -> list[str]:
    styles = []
    for number, owner in enumerate(owners):
        fill = "url(#nobody)" if owner == NOBODY else _COLOURS[number % len(_COLOURS)]
        background = "repeating-linear-gradient(45deg,#d40000 0 4px,#fff 4px 8px)" if owner == NOBODY else fill
        styles.append(f".o{number} rect{{fill:{fill}}}i.o{number}{{background:{background}}}")
    return styles


def _rows(profile: Profile, owners: list[str]) -> list[str]:
    rows = []
    spent = dict(profile.by_owner())
    for number, owner in enumerate(owners):
        share = spent[owner] / (profile.total or 1.0)
        hottest = profile.hottest_of(owner)
        place = hottest[0][0] if hottest else ""
        rows.append(
            f'<tr data-owner="o{number}"><td><i class="o{number}"></i></td><th scope="row">{escape(owner)}</th>'
            f"<td>{amount(spent[owner], profile.unit)}</td><td>{share:.1%}</td>"
            f'<td class="place">{escape(place)}</td></tr>'
        )
    return rows
