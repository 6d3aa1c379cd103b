"""``whose teams`` and ``whose team``: who there is, and everything a team owns."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import USAGE


def test_teams_are_listed_with_what_they_own(whose: Whose, shop: Path) -> None:
    document = whose("teams", "--json").json
    figures = {team["name"]: (team["files"], team["tasks"], team["views"]) for team in document["teams"]}
    assert figures == {"team-red": (3, 2, 1), "team-blue": (3, 0, 0), "team-green": (3, 0, 0)}
    assert document["unowned_on_purpose"]["files"] == 2
    assert document["missing"]["files"] == 3
    shown = whose("teams").out
    assert "chat #team-red" in shown
    assert "no owner" in shown


def test_a_team_that_only_code_declares_is_listed(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository({**SHOP, "src/shop/urls.py": '__code_owner__ = "team-violet"\n'})
    assert "team-violet" in whose("teams").out


def test_a_team_is_shown_with_files_tasks_and_views(whose: Whose, shop: Path) -> None:
    document = whose("team", "team-red", "--json").json
    assert document["contacts"] == {"chat": "#team-red"}
    assert document["files"] == ["src/shop/cart/__init__.py", "src/shop/cart/tasks.py", "src/shop/cart/views.py"]
    assert [task["name"] for task in document["tasks"]] == ["reports.nightly", "shop.cart.tasks.expire"]
    (view,) = document["views"]
    assert (view["name"], view["route"], view["path"], view["line"]) == (
        "shop.cart.views.add",
        "cart/add/",
        "src/shop/urls.py",
        4,
    )
    shown = whose("team", "team-red").out
    for text in ("#team-red", "@acme/red", "3 files", "src/shop/cart/", "2 tasks", "1 view", "cart/add/"):
        assert text in shown


def test_a_handle_names_its_team(whose: Whose, shop: Path) -> None:
    assert whose("team", "@acme/red", "--json").json["name"] == "team-red"


def test_long_lists_are_cut_unless_all_is_asked_for(whose: Whose, make_repository: MakeRepository) -> None:
    tasks = "".join(f"@shared_task\ndef task_{number:02}(): ...\n" for number in range(30))
    make_repository({**SHOP, "src/shop/cart/tasks.py": f"from celery import shared_task\n{tasks}"})
    assert "and 10 more; --all shows them" in whose("team", "team-red").out
    shown = whose("team", "team-red", "--all").out
    assert "task_29" in shown
    assert "src/shop/cart/views.py" in shown


def test_an_unknown_team_is_answered_with_the_nearest(whose: Whose, shop: Path) -> None:
    done = whose("team", "team-rde")
    assert done.code == USAGE
    assert "there is no team 'team-rde'; did you mean 'team-red'?" in done.err
