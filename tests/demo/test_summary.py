"""Sums by owner."""

from __future__ import annotations

from typing import Any

from tests.demo.spans import request, sent, task
from whose.demo.summary import percentile, summed_up

_AGAIN: dict[str, Any] = {"celery.retries": 1}
_RED_TIME: dict[str, Any] = {"code_owner_own_seconds.red": 0.3}
_SPANS = [
    request("/a", seconds=0.1, code_owner="red"),
    request("/a", seconds=0.3, status=500, code_owner="red", code_owner_at_fault="blue"),
    task("t", seconds=0.2, code_owner="blue", code_owner_caller="red"),
    task("t", seconds=0.2, code_owner="blue", code_owner_caller="red", **_AGAIN),
    task("u", seconds=0.4, state="FAILURE", code_owner_module="old.tasks", **_RED_TIME),
    task("u", seconds=0.4, code_owner_module="old.tasks"),
    request("/gone", seconds=0.5, status=404, code_owner_reason="no_view"),
    sent("t", "1"),
]


def test_owners_come_in_the_order_of_the_list_and_nobody_last() -> None:
    summary = summed_up(_SPANS, teams=("blue", "red"))
    assert [row.owner for row in summary.owners] == ["blue", "red", "none"]
    assert [(row.requests, row.tasks, row.errors) for row in summary.owners] == [(0, 2, 0), (2, 0, 1), (1, 2, 1)]
    assert summary.count == 7


def test_unowned_code_comes_with_what_a_rule_would_claim_the_most_used_first() -> None:
    rows = summed_up(_SPANS, teams=()).unowned
    assert [(row.entry, row.kind, row.module, row.count, row.errors) for row in rows] == [
        ("u", "task", "old.tasks", 2, 1),
        ("/gone", "request", "no_view", 1, 0),
    ]


def test_failures_are_told_by_owner_of_the_entry_and_owner_at_fault() -> None:
    summary = summed_up(_SPANS, teams=())
    assert summary.faults == {("red", "blue"): 1, ("none", "none"): 1}
    assert (summary.failures, summary.failures_across) == (2, 1)


def test_hand_offs_are_counted_once_however_often_a_task_retries() -> None:
    summary = summed_up(_SPANS, teams=())
    assert summary.hand_offs == {("red", "blue"): 1, ("none", "none"): 2}
    assert summary.hand_offs_across == 1


def test_own_time_is_beside_the_time_of_the_same_transactions() -> None:
    summary = summed_up(_SPANS, teams=())
    assert summary.own_seconds == {"red": 0.3}
    assert summary.entered_seconds == {"none": 0.3}


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.95) == 95
    assert percentile([7.0], 0.95) == 7.0
