"""What people and programs are shown of a run: the page, the terminal, the JSON document."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tests.demo.spans import request, task
from whose.demo.document import document_of
from whose.demo.expected import Expected, ExpectedOwners
from whose.demo.page import page_of
from whose.demo.page.owners import Owners
from whose.demo.run import Outcome
from whose.demo.spans import Span
from whose.demo.summary import summed_up
from whose.demo.terminal import print_outcome
from whose.demo.verdict import judge

_VOID = {"meta", "link", "br", "wbr", "img", "input", "hr"}
_HOSTILE = "/<script>alert(1)</script>&\"'/"
_SPANS = (
    request("/cart/", code_owner="red", code_owner_source="mapping"),
    request("/cart/", status=500, code_owner="red", code_owner_source="mapping", code_owner_at_fault="blue"),
    request(_HOSTILE, code_owner_source="none", code_owner_module="old.views"),
    task("pack", seconds=0.3, code_owner="blue", code_owner_caller="red", code_owner_source="mapping"),
)
_TIMED = replace(_SPANS[3], attributes={**_SPANS[3].attributes, "code_owner_own_seconds.blue": 0.25})
_LIST = ExpectedOwners(
    (
        Expected("request", "/cart/", "red", at_fault="blue"),
        Expected("request", _HOSTILE, "none"),
        Expected("task", "pack", "blue", caller=("red",)),
    )
)


def _outcome(spans: tuple[Span, ...] = _SPANS, *, answered: int = 3) -> Outcome:
    teams = ("red", "blue")
    verdict = judge(spans, _LIST, answered=answered)
    return Outcome(verdict, summed_up(spans, teams=teams), seconds=20.4, versions={"celery": "5.7.0"}, teams=teams)


class _Balance(HTMLParser):
    """Follows which elements are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("spans", [_SPANS, (*_SPANS[:3], _TIMED), _SPANS[:1], ()])
def test_the_page_is_well_formed_and_needs_nothing_else(spans: tuple[Span, ...]) -> None:
    page = page_of(_outcome(spans))
    balance = _Balance()
    balance.feed(page)
    assert balance.open == []
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in balance.elements}
    assert not any({"src", "href"} & set(attributes) for _, attributes in balance.elements)
    assert "url(" not in page
    assert "@import" not in page
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg"}
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ElementTree.fromstring(drawing)


def test_what_came_from_outside_is_shown_and_never_becomes_markup() -> None:
    page = page_of(_outcome())
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_shows_verdict_owners_gaps_and_attributes() -> None:
    page = page_of(_outcome())
    assert "✓ 4 of 4 right" in page
    assert "Not right" not in page
    for shown in ("red", "blue", "nobody", "old.<wbr>views", "code_owner_at_fault", "1 of 1", "5.7.0"):
        assert shown in page


def test_the_page_names_what_is_wrong_and_what_is_missing() -> None:
    page = page_of(_outcome((*_SPANS[:3], replace(_SPANS[3], attributes={"celery.task_name": "pack"})), answered=9))
    assert "✗ 3 of 4 right, but 2 missing" in page
    assert "owner is none, expected blue (1 times)" in page
    assert "the site answered 9 requests, and reported 3 of them" in page


def test_own_time_is_plotted_only_where_it_was_accounted_for() -> None:
    assert "Own time" not in page_of(_outcome())
    assert "Own time" in page_of(_outcome((*_SPANS[:3], _TIMED)))


def test_every_team_has_a_colour_of_its_own_and_nobody_has_grey() -> None:
    owners = Owners([f"team-{number}" for number in range(8)])
    colours = [owners.colour(f"team-{number}") for number in range(8)]
    assert len(set(colours)) == 8
    assert owners.colour("none") == "var(--nobody)"
    style = page_of(_outcome())
    assert all(style.count(f"--team-{number}:") == 2 for number in range(8)), "one for light and one for dark"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_shows_all_within_its_width(width: int) -> None:
    output = io.StringIO()
    print_outcome(_outcome((*_SPANS[:3], _TIMED)), Console(file=output, width=width))
    shown = output.getvalue()
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= width
    for words in ("Transactions by owner", "old.views", "Hand-offs", "Own time", "✓ 4 of 4 right"):
        assert words in shown
    assert "\x1b" not in shown


def test_the_terminal_names_what_is_wrong() -> None:
    output = io.StringIO()
    wrong = (*_SPANS[:3], replace(_SPANS[3], attributes={"celery.task_name": "pack", "celery.state": "SUCCESS"}))
    print_outcome(_outcome(wrong), Console(file=output, width=100))
    assert "✗ pack: owner is none, expected blue  (1 times)" in output.getvalue()
    assert "✗ 3 of 4 right" in output.getvalue()


def test_the_document_holds_the_same_and_is_json() -> None:
    document = json.loads(json.dumps(document_of(_outcome())))
    assert document["verdict"] == {"is_right": True, "right": 4, "transactions": 4, "wrong": [], "missing": []}
    assert [row["owner"] for row in document["owners"]] == ["red", "blue", "none"]
    assert document["faults"] == [{"owner": "red", "at_fault": "blue", "count": 1}]
    assert document["hand_offs"] == [{"caller": "red", "owner": "blue", "count": 1}]
