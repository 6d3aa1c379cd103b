"""The support matrix says what the tests found, and nothing that they did not."""

from __future__ import annotations

import pytest

from tests.agents.matrix import BEGIN, END, put_between_markers, summary, whole
from tests.agents.matrix_files import Cell


def cell(host: str, where: str, sink: str, *, right: int, everything: int) -> Cell:
    return Cell(host, where, sink, ("celery 5.7.0",), (("plain", right, everything), ("chord", 1, 1)))


def test_a_cell_counts_right_ones_of_all() -> None:
    table = summary([cell("celery", "prefork", "newrelic", right=3, everything=5)])
    assert "| Celery | prefork | 4 of 6    | not run       | not run |" in table
    assert "celery 5.7.0" in table


def test_the_page_has_a_row_for_each_flavour_and_adds_up_the_sinks() -> None:
    page = whole(
        [
            cell("celery", "prefork", "newrelic", right=3, everything=5),
            cell("celery", "prefork", "logging", right=2, everything=2),
            cell("celery", "solo", "logging", right=1, everything=1),
        ]
    )
    assert "| plain   | 5/7     | 1/1  |" in page
    assert "| chord   | 2/2     | 1/1  |" in page


def test_only_what_is_between_the_markers_changes() -> None:
    text = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    assert put_between_markers(text, "new") == f"above\n{BEGIN}\nnew\n{END}\nbelow\n"


def test_a_text_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- matrix:begin"):
        put_between_markers("nothing here", "new")
