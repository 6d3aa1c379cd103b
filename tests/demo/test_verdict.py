"""The verdict: right only where everything is right, and seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.demo.spans import request, sent, task
from whose.demo.expected import ExpectedOwners, load_expected
from whose.demo.failure import DemoFailed
from whose.demo.spans import Span
from whose.demo.verdict import Verdict, judge, unrun_messages

_LIST = """
[views."/cart/"]
owner = "red"
at_fault = "blue"

[views."/old/"]
owner = "none"

[tasks."pack"]
owner = "blue"
caller = ["red"]
root = ["red"]
retries = 1
pays = "green"

[tasks."gone"]
owner = "blue"
state = "failure"
at_fault = "none"

[tasks."eager"]
owner = "blue"
inside = "pack"
"""
_RED: dict[str, Any] = {"code_owner": "red", "code_owner_source": "mapping"}
_BLUE: dict[str, Any] = {"code_owner": "blue", "code_owner_source": "mapping"}
_ASKED: dict[str, Any] = {"code_owner_caller": "red", "code_owner_root": "red"}
_AGAIN: dict[str, Any] = {"celery.retries": 1}
_WORK_OF_BLUE: dict[str, Any] = {"code_owner_own_seconds.blue": 1.0}
_PAID: dict[str, Any] = {"code_owner_own_seconds.green": 0.2, "code_owner_own_seconds.blue": 0.1}


@pytest.fixture
def expected(tmp_path: Path) -> ExpectedOwners:
    (tmp_path / "expected.toml").write_text(_LIST)
    return load_expected(tmp_path / "expected.toml")


def _right() -> list[Span]:
    return [
        request("/cart/", **_RED),
        request("/cart/", status=500, **_RED, code_owner_at_fault="blue"),
        request("/old/", code_owner_source="none"),
        sent("pack", "1"),
        task("pack", state="RETRY", message="1", **_BLUE, **_ASKED, **_PAID),
        sent("pack", "1"),
        task("pack", message="1", **_BLUE, **_ASKED, **_PAID, **_AGAIN),
        task("gone", state="FAILURE", **_BLUE),
    ]


def _judged(spans: list[Span], expected: ExpectedOwners) -> Verdict:
    return judge(spans, expected, answered=sum(span.is_request for span in spans))


def test_all_as_expected_is_right(expected: ExpectedOwners) -> None:
    verdict = _judged(_right(), expected)
    assert verdict.missing == ()
    assert verdict.wrong == ()
    assert verdict.is_right
    assert str(verdict) == "6 of 6 right"


@pytest.mark.parametrize(
    ("span", "aspect", "wanted", "got"),
    [
        (request("/cart/", code_owner_source="none"), "owner", "red", "none"),
        (request("/cart/", code_owner="blue", code_owner_source="mapping"), "owner", "red", "blue"),
        (request("/cart/", code_owner="red", code_owner_source="default"), "source", "mapping", "default"),
        (request("/cart/", code_owner="red"), "source", "mapping", "missing"),
        (request("/old/", code_owner="red", code_owner_source="none"), "owner", "none", "red"),
        (request("/cart/", status=500, **_RED), "at fault", "blue", "none"),
        (request("/cart/", status=500, **_RED, code_owner_at_fault="red"), "at fault", "blue", "red"),
        (request("/cart/", **_RED, code_owner_at_fault="red"), "at fault", "nothing failed", "red"),
        (request("/old/", status=500, code_owner_source="none"), "outcome", "no failure", "500"),
        (task("gone", state="FAILURE", **_BLUE, code_owner_at_fault="red"), "at fault", "none", "red"),
        (task("gone", **_BLUE), "state", "failure", "success"),
        (task("pack", **_BLUE, code_owner_root="red"), "caller", "red", "none"),
        (task("pack", **_BLUE, code_owner_root="blue", code_owner_caller="red"), "root", "red", "blue"),
        (task("pack", state="FAILURE", **_BLUE, **_ASKED), "outcome", "no failure", "failure"),
        (task("pack", **_BLUE, **_ASKED, **_WORK_OF_BLUE), "pays", "green", "blue"),
        (task("nobody.wrote.this", **_BLUE), "owner", "not in the list", "blue"),
    ],
)
def test_each_difference_is_named(expected: ExpectedOwners, span: Span, aspect: str, wanted: str, got: str) -> None:
    verdict = _judged([*_right(), span], expected)
    assert not verdict.is_right
    assert verdict.right == 6
    assert (aspect, wanted, got) in [(one.aspect, one.expected, one.got) for _, one, _ in verdict.wrong]


def test_client_errors_are_nobody_s_fault_and_not_judged(expected: ExpectedOwners) -> None:
    assert _judged([*_right(), request("/cart/", status=403, **_RED, code_owner_at_fault="red")], expected).is_right


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (2, "request /old/ is in the list and never ran"),
        (1, "request /cart/ is meant to fail now and then, and never did"),
        (6, "1 message(s) for pack were sent and never run"),
        (7, "task gone is in the list and never ran"),
    ],
)
def test_what_was_not_seen_is_missing(expected: ExpectedOwners, left_out: int, missing: str) -> None:
    spans = _right()
    del spans[left_out]
    verdict = _judged(spans, expected)
    assert verdict.missing == (missing,)
    assert verdict.right == len(verdict.judged)
    assert not verdict.is_right
    assert "but 1 missing" in str(verdict)


def test_a_caller_that_never_called_is_missing(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(_LIST.replace('caller = ["red"]', 'caller = ["red", "green"]'))
    verdict = _judged(_right(), load_expected(tmp_path / "list.toml"))
    assert verdict.missing == ("task pack never had green as its caller",)


def test_time_that_is_never_told_is_missing_where_others_tell_theirs(expected: ExpectedOwners) -> None:
    spans = [span for span in _right() if span.entry != "pack"]
    untold = [task("pack", **_BLUE, **_ASKED), task("gone", state="FAILURE", **_BLUE, **_PAID)]
    verdict = _judged([*spans, *untold], expected)
    assert verdict.missing == ("task pack never told whose code its time went to",)


def test_a_request_without_a_span_is_missing(expected: ExpectedOwners) -> None:
    verdict = judge(_right(), expected, answered=4)
    assert verdict.missing == ("the site answered 4 requests, and reported 3 of them",)


def test_an_unmeant_answer_is_missing(expected: ExpectedOwners) -> None:
    verdict = judge(_right(), expected, answered=3, surprises=["GET /cart/ was answered with 502 instead of 200"])
    assert not verdict.is_right


def test_nothing_at_all_is_not_right() -> None:
    assert not judge([], ExpectedOwners(()), answered=0).is_right


def test_a_retry_needs_a_run_of_its_own() -> None:
    spans = [sent("pack", "1"), sent("pack", "1"), task("pack", message="1"), sent("pack", "2")]
    assert unrun_messages(spans) == {"pack": 2}


@pytest.mark.parametrize("line", ['onwer = "red"', 'at_fault = "red"'])
def test_a_list_with_a_slip_of_the_pen_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "expected.toml").write_text(f'[views."/a/"]\n{line}\n[tasks]\n')
    with pytest.raises(DemoFailed, match=r"expected\.toml: '/a/' has"):
        load_expected(tmp_path / "expected.toml")
