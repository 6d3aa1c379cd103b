"""The support matrix says what the tests found, and nothing that they did not."""

from __future__ import annotations

import pytest

from tests.agents.matrix import BEGIN, END, put_between_markers, summary, whole
from tests.agents.matrix_files import Cell


def cell(host: str, where: str, sink: str, *, is_plain_right: bool = True) -> Cell:
    return Cell(host, where, sink, ("celery 5.7.0",), (("plain", is_plain_right), ("chord", True)))


def test_a_cell_counts_the_flavours_that_are_right() -> None:
    table = summary([cell("celery", "prefork", "newrelic", is_plain_right=False)])
    assert "| Celery | prefork | 1 of 2    | not run       | not run |" in table
    assert "celery 5.7.0" in table


def test_the_page_has_a_row_for_each_flavour_and_counts_the_sinks() -> None:
    page = whole(
        [
            cell("celery", "prefork", "newrelic", is_plain_right=False),
            cell("celery", "prefork", "logging"),
            cell("celery", "solo", "logging"),
        ]
    )
    assert "| plain   | 1 of 2  | 1 of 1 |" in page
    assert "| chord   | 2 of 2  | 1 of 1 |" in page


def test_only_what_is_between_the_markers_changes() -> None:
    text = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    assert put_between_markers(text, "new") == f"above\n{BEGIN}\nnew\n{END}\nbelow\n"


def test_a_text_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- matrix:begin"):
        put_between_markers("nothing here", "new")
