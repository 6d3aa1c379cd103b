"""The support matrix says what the tests found, and nothing that they did not."""

from __future__ import annotations

import pytest

from tests.agents.matrix import BEGIN, END, put_between_markers, summary, whole
from tests.agents.matrix_files import DISTRIBUTIONS, Cell


def cell(
    host: str,
    where: str,
    sink: str,
    *,
    is_plain_right: bool = True,
    beside: str = "",
    era: str = "",
    released: str = "1",
) -> Cell:
    versions = ("celery 5.7.0", "Python 3.11", *(f"{name} {released}" for name in DISTRIBUTIONS[sink]))
    return Cell(host, where, sink, versions, (("plain", is_plain_right), ("chord", True)), beside=beside, era=era)


def test_a_cell_counts_the_flavours_that_are_right() -> None:
    table = summary(
        [
            cell("celery", "prefork", "newrelic", is_plain_right=False, released="14.1.0"),
            cell("celery", "solo", "sentry"),
        ]
    )
    assert "| host         | run by  | New Relic 14.1.0 | Sentry 1 |" in table
    assert "| Celery 5.7.0 | prefork | 1 of 2           | not run  |" in table
    assert "| Celery 5.7.0 | solo    | not run          | 2 of 2   |" in table


def test_other_versions_have_a_table_of_their_own() -> None:
    cells = [
        cell("celery", "prefork", "newrelic", released="14.1.0"),
        cell("celery", "prefork", "newrelic", is_plain_right=False, released="9.0.0", era="oldest agents"),
    ]
    short, page = summary(cells), whole(cells)
    assert "| New Relic 14.1.0 |" in short
    assert "Also with the oldest agents (Celery 5.7.0, New Relic 9.0.0)." in short
    assert "1 of 2" not in short
    _, _, of_old = page.partition("## The oldest agents")
    assert "| Celery 5.7.0 | prefork | 1 of 2          |" in of_old


def test_a_pair_of_agents_is_told_of_both() -> None:
    cells = [
        cell("celery", "prefork", "sentry", beside="newrelic"),
        cell("celery", "prefork", "newrelic", is_plain_right=False, beside="sentry"),
    ]
    assert "| New Relic + Sentry | Celery | prefork | 1 of 2    | 2 of 2     |" in whole(cells)
    assert "Two agents in one process: New Relic + Sentry." in summary(cells)


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
