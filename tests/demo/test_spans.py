"""What a span says of a transaction."""

from __future__ import annotations

import pytest

from tests.demo.spans import request, sent, task
from whose.demo.spans import Span


@pytest.mark.parametrize(
    ("attributes", "entry"),
    [
        ({"http.route": "cart/<slug:sku>/", "http.target": "/cart/assam/?q=1"}, "/cart/<slug:sku>/"),
        ({"http.route": "/cart/"}, "/cart/"),
        ({"http.target": "/nowhere?q=secret"}, "/nowhere"),
        ({"url.path": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_request_is_named_by_its_route_and_without_one_by_its_path(attributes: dict[str, str], entry: str) -> None:
    assert Span("GET", "SERVER", attributes, "t", "s", 0.1).entry == entry


def test_a_task_is_named_by_its_name() -> None:
    assert task("shop.tasks.pack").entry == "shop.tasks.pack"
    assert Span("run/shop.tasks.pack", "CONSUMER", {}, "t", "s", 0.1).entry == "shop.tasks.pack"


@pytest.mark.parametrize(
    ("span", "is_failure"),
    [
        (request("/a"), False),
        (request("/a", status=404), False),
        (request("/a", status=500), True),
        (task("t"), False),
        (task("t", state="RETRY"), False),
        (task("t", state="IGNORED"), False),
        (task("t", state="FAILURE"), True),
    ],
)
def test_a_server_s_error_and_a_failed_task_are_failures(span: Span, is_failure: bool) -> None:
    assert span.is_failure is is_failure


def test_requests_and_runs_are_transactions_and_messages_are_none() -> None:
    assert request("/a").is_transaction
    assert task("t").is_transaction
    assert not sent("t", "1").is_transaction
