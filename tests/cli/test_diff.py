"""``whose diff``: what changes owner between a revision and the working tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import SHOP, Done, MakeRepository, Whose, git
from whose.cli import FAILED, FOUND, USAGE


def told(done: Done) -> dict[str, tuple[str, str | None, str | None]]:
    """Return what happened to each thing, and its team before and after."""

    def team(ownership: Any) -> str | None:
        if ownership is None:
            return None
        return str(ownership["team"] or ownership["state"])

    return {
        change["name"]: (change["what"], team(change["before"]), team(change["after"]))
        for change in done.json["changes"]
    }


def test_nothing_has_changed_where_nothing_has(whose: Whose, shop: Path) -> None:
    done = whose("diff", "HEAD")
    assert (done.code, done.out) == (0, "nothing has changed since HEAD\n")
    assert whose("diff", "HEAD", "--json").json["changes"] == []


def test_a_rule_that_changes_hands_its_files_tasks_and_views_over(whose: Whose, shop: Path) -> None:
    config = shop / "pyproject.toml"
    config.write_text(config.read_text().replace('team-red = ["shop.cart"]', 'team-blue = ["shop.cart"]'))
    assert told(whose("diff", "HEAD", "--json")) == {
        "src/shop/cart/__init__.py": ("changed", "team-red", "team-blue"),
        "src/shop/cart/tasks.py": ("changed", "team-red", "team-blue"),
        "src/shop/cart/views.py": ("changed", "team-red", "team-blue"),
        "reports.nightly": ("changed", "team-red", "team-blue"),
        "shop.cart.tasks.expire": ("changed", "team-red", "team-blue"),
        "shop.cart.views.add": ("changed", "team-red", "team-blue"),
    }
    shown = whose("diff", "HEAD").out
    assert "since HEAD: 3 files, 2 tasks, 1 view with another owner" in shown


def test_the_rule_of_the_revision_is_named_by_its_place_there(whose: Whose, shop: Path) -> None:
    (shop / ".github/CODEOWNERS").write_text("# a line more\n/src/shop/ @acme/red\n")
    changes = {change["name"]: change for change in whose("diff", "HEAD", "--json").json["changes"]}
    before, after = (changes["src/shop/urls.py"][when]["rule"] for when in ("before", "after"))
    assert (before["file"], before["line"]) == (".github/CODEOWNERS", 1)
    assert (after["file"], after["line"]) == (".github/CODEOWNERS", 2)


def test_new_removed_and_moved_code_is_told_apart(whose: Whose, shop: Path) -> None:
    git(shop, "mv", "src/shop/cart/tasks.py", "src/shop/legacy/tasks.py")
    (shop / "src/shop/legacy/old.py").unlink()
    (shop / "src/shop/new.py").write_text("from celery import shared_task\n@shared_task\ndef fresh(): ...\n")
    changes = told(whose("diff", "HEAD", "--json"))
    assert changes["src/shop/legacy/tasks.py"] == ("changed", "team-red", "team-green")
    assert changes["shop.legacy.tasks.expire"] == ("changed", "team-red", "team-green")
    assert changes["reports.nightly"] == ("changed", "team-red", "team-green")
    assert changes["src/shop/legacy/old.py"] == ("removed", "team-green", None)
    assert changes["shop.new.fresh"] == ("added", None, "team-blue")
    assert "shop.cart.tasks.expire" not in changes
    assert "src/shop/cart/tasks.py" not in changes


def test_orphans_are_what_lost_its_owner_or_is_new_without_one(whose: Whose, shop: Path) -> None:
    assert whose("diff", "HEAD", "--fail-orphans").code == 0
    (shop / "src/shop/legacy/.codeowner").unlink()
    (shop / ".github/CODEOWNERS").write_text("/src/shop/lib.py @acme/blue\n/docs/\n")
    (shop / "tool.py").write_text("")
    done = whose("diff", "HEAD", "--json", "--fail-orphans")
    assert done.code == FOUND
    orphans = {orphan["name"] for orphan in done.json["orphans"]}
    assert orphans >= {"tool.py", "src/shop/legacy/old.py", "src/shop/urls.py"}
    assert "README.md" not in orphans
    assert "src/shop/lib.py" not in orphans
    assert "Orphans: without an owner now" in whose("diff", "HEAD").out


def test_declarations_in_and_next_to_the_code_count_as_they_were(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            **SHOP,
            "pyproject.toml": SHOP["pyproject.toml"].replace("[tool.whose]", "[tool.whose]\nteam_comments = true"),
            "src/shop/cart/views.py": '__code_owner__ = "team-green"\ndef add(): ...\n',
            "src/shop/page.html": "<!-- # @team team-red -->\n# @team team-red\n",
            "src/shop/other.html": "# @team team-green\n",
            "src/shop/legacy/job.py": (
                "import whose\nfrom celery import shared_task\n"
                '@shared_task\n@whose.owned_by("team-red")\ndef job(): ...\n'
            ),
        }
    )
    assert whose("diff", "HEAD", "--json").json["changes"] == []
    (root / "src/shop/cart/views.py").write_text("def add(): ...\n")
    (root / "src/shop/page.html").write_text("# @team team-blue\n")
    (root / "src/shop/legacy/job.py").write_text("from celery import shared_task\n@shared_task\ndef job(): ...\n")
    (root / "src/shop/legacy/.codeowner").write_text("team-blue\n")
    changes = told(whose("diff", "HEAD", "--json"))
    assert changes["src/shop/cart/views.py"] == ("changed", "team-green", "team-red")
    assert changes["shop.cart.views.add"] == ("changed", "team-green", "team-red")
    assert changes["src/shop/page.html"] == ("changed", "team-red", "team-blue")
    assert changes["src/shop/legacy/old.py"] == ("changed", "team-green", "team-blue")
    assert changes["shop.legacy.job.job"] == ("changed", "team-red", "team-blue")
    assert "src/shop/other.html" not in changes


def test_files_that_the_configuration_names_are_read_as_they_were(
    whose: Whose, make_repository: MakeRepository
) -> None:
    root = make_repository(
        {
            **SHOP,
            "whose.toml": (
                'mapping_files = ["owners/*.json"]\nteams_files = ["owners/teams"]\n'
                'backstage = ["**/catalog-info.yaml"]\n'
            ),
            "owners/one.json": '{"team-a": ["shop.cart"]}',
            "owners/teams/a.toml": 'name = "team-a"\n[levels]\ntheme = "x"\n',
            "docs/catalog-info.yaml": ("kind: Component\nmetadata: {name: docs}\nspec: {owner: team-a}\n"),
        }
    )
    (root / "owners/one.json").write_text('{"team-b": ["shop.cart"]}')
    (root / "docs/catalog-info.yaml").write_text("kind: Component\nmetadata: {name: docs}\nspec: {owner: team-b}\n")
    changes = told(whose("diff", "HEAD", "--json"))
    assert changes["src/shop/cart/views.py"] == ("changed", "team-a", "team-b")
    assert changes["docs/index.md"] == ("changed", "team-a", "team-b")


def test_a_revision_from_before_the_configuration_has_no_owners(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository({"src/a.py": "", "src/b.py": ""})
    (root / "whose.toml").write_text('[mappings]\nteam-red = ["a"]\n')
    changes = told(whose("diff", "HEAD", "--json"))
    assert changes["src/a.py"] == ("changed", "missing", "team-red")
    assert changes["whose.toml"] == ("added", None, "missing")
    assert "src/b.py" not in changes


def test_nothing_is_checked_out_and_nothing_left_behind(whose: Whose, shop: Path, tmp_path: Path) -> None:
    (shop / "src/shop/urls.py").write_text("# unsaved work\n")
    before = {path: path.stat().st_mtime_ns for path in shop.rglob("*") if ".git" not in path.parts}
    status = git(shop, "status", "--porcelain")
    whose("diff", "HEAD")
    assert {path: path.stat().st_mtime_ns for path in shop.rglob("*") if ".git" not in path.parts} == before
    assert git(shop, "status", "--porcelain") == status
    assert git(shop, "worktree", "list").count("\n") == 1


def test_it_works_in_a_folder_with_a_configuration_of_its_own(
    whose: Whose, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository({**SHOP, "other/whose.toml": '[mappings]\nteam-x = ["shop.cart"]\n', "other/a.txt": ""})
    (root / "other/whose.toml").write_text('[mappings]\nteam-y = ["shop.cart"]\n')
    monkeypatch.chdir(root / "other")
    changes = told(whose("diff", "HEAD", "--json"))
    assert changes["src/shop/cart/views.py"] == ("changed", "team-x", "team-y")
    assert told(whose("diff", "-C", str(root), "HEAD", "--json")) == {}


def test_rules_that_were_wrong_then_are_told_with_the_revision(whose: Whose, shop: Path) -> None:
    (shop / "whose.toml").write_text("mapings = 1\n")
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "Break")
    (shop / "whose.toml").unlink()
    done = whose("diff", "HEAD")
    assert done.code == USAGE
    assert "HEAD:whose.toml:1: unknown key 'mapings'" in done.err


@pytest.mark.parametrize("revision", ["nonsense", "--upload-pack=x", "HEAD:README.md"])
def test_what_is_no_revision_is_an_error(whose: Whose, shop: Path, revision: str) -> None:
    done = whose("diff", "--", revision)
    assert done.code == FAILED
    assert f"{revision}: there is no such revision" in done.err


def test_without_a_repository_there_is_nothing_to_compare(
    whose: Whose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whose.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    done = whose("diff", "HEAD")
    assert done.code == FAILED
    assert "not a git repository" in done.err


def test_long_transfers_are_cut_unless_all_is_asked_for(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository({**SHOP, **{f"src/shop/legacy/part/file_{n:02}.py": "" for n in range(30)}})
    (root / "src/shop/legacy/.codeowner").write_text("team-blue\n")
    shown = whose("diff", "HEAD").out
    assert "and 23 more, all in src/shop/legacy; --all lists them" in shown
    assert "file_29.py" in whose("diff", "HEAD", "--all").out
