"""Finding and copying the shop."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from whose.demo.expected import load_expected
from whose.demo.failure import DemoFailed
from whose.demo.shop_files import PLACES, copy_project, find_project


def test_the_shop_of_a_checkout_is_among_the_examples() -> None:
    assert find_project() == Path(__file__).parents[2] / "examples" / "shop"


def test_the_shop_of_a_wheel_comes_first(tmp_path: Path) -> None:
    (tmp_path / "whose.toml").touch()
    assert find_project((tmp_path, PLACES[1])) == tmp_path
    assert PLACES[0].parts[-3:] == ("whose", "demo", "project")


def test_without_a_shop_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match=str(tmp_path)):
        find_project((tmp_path,))


def test_a_copy_has_all_that_the_shop_needs_and_nothing_that_a_run_left(tmp_path: Path) -> None:
    project = copy_project(find_project(), tmp_path / "project")
    assert project.teams == (
        "team-browse", "team-basket", "team-money", "team-parcel", "team-care", "team-platform",
    )  # fmt: skip
    names = {path.name for path in project.folder.rglob("*")}
    assert {"manage.py", "expected.toml", "wsgi.py", "help.html"} <= names
    assert not any(name.startswith((".", "__pycache__", "shop.sqlite3")) for name in names)
    assert "traffic" not in sys.modules


def test_the_list_and_the_traffic_of_the_shop_are_large_enough_to_mean_something(tmp_path: Path) -> None:
    project = copy_project(find_project(), tmp_path / "project")
    entries = load_expected(project.expected).entries
    views = [entry for entry in entries if entry.kind == "request"]
    tasks = [entry for entry in entries if entry.kind == "task"]
    assert len(views) >= 25
    assert len(tasks) >= 20
    assert {entry.owner for entry in entries} == {*project.teams, "none"}
    assert any(entry.at_fault not in (None, entry.owner, "none") for entry in entries)
    assert project.requests_for(0)
