"""``whose coverage``: how much is owned, by team and by folder, and the map of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import FAILED, FOUND


def test_owned_unowned_on_purpose_and_missing_are_counted_apart(whose: Whose, shop: Path) -> None:
    document = whose("coverage", "--json").json
    whole = document["whole"]
    assert (whole["owned"]["files"], whole["unowned_on_purpose"]["files"], whole["missing"]["files"]) == (9, 2, 3)
    assert whole["files"] == 14
    assert whole["covered_percent"] == 75.0
    assert whole["lines"] == sum(len((shop / path).read_bytes().splitlines()) for path in SHOP)


def test_teams_and_folders_have_their_share(whose: Whose, shop: Path) -> None:
    document = whose("coverage", "--json").json
    assert {name: amount["files"] for name, amount in document["teams"].items()} == {
        "team-red": 3,
        "team-blue": 3,
        "team-green": 3,
    }
    assert set(document["folders"]) == {"/", ".github/", "docs/", "src/"}
    assert document["folders"]["docs/"]["covered_percent"] == 100.0
    assert set(whose("coverage", "--json", "--depth", "2").json["folders"]) >= {"src/shop/"}


def test_gaps_are_whole_folders_where_they_can_be(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository({**SHOP, "tools/a/x.py": "1\n2\n", "tools/b/y.py": "1\n"})
    gaps = whose("coverage", "--json").json["gaps"]
    assert gaps[0]["path"] == "pyproject.toml"
    assert {"path": "tools/", "files": 2, "lines": 3} in gaps
    assert "tools/" in whose("coverage").out


def test_what_only_the_default_owns_is_told(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository({**SHOP, "pyproject.toml": '[tool.whose]\ndefault_owner = "team-red"\n'})
    assert whose("coverage", "--json").json["by_default"]["files"] == 14
    assert "by default only" in whose("coverage").out


def test_too_little_coverage_fails_where_a_limit_is_given(whose: Whose, shop: Path) -> None:
    assert whose("coverage").code == 0
    assert whose("coverage", "--fail-under", "75").code == 0
    done = whose("coverage", "--fail-under", "75.5")
    assert done.code == FOUND
    assert "75.00% is covered, less than 75.5%" in done.err


def test_people_are_told_the_same(whose: Whose, shop: Path) -> None:
    shown = whose("coverage").out
    for text in (
        "team-red",
        "covered: 75.0% of the files that need an owner",
        "unowned on purpose",
        "no owner",
        "src/",
    ):
        assert text in shown


def test_ignored_files_do_not_count_and_new_ones_do(whose: Whose, shop: Path) -> None:
    (shop / ".gitignore").write_text("*.log\n")
    (shop / "x.log").write_text("1\n")
    (shop / "new.py").write_text("1\n")
    assert whose("coverage", "--json").json["whole"]["files"] == 16


def test_without_git_the_folder_is_read(whose: Whose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("CODEOWNERS", "a/b.py", "node_modules/x.js", ".git_not/x"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("* @acme/red\n")
    monkeypatch.chdir(tmp_path)
    assert whose("coverage", "--json").json["whole"]["files"] == 3


def test_links_are_not_followed_so_that_circles_of_them_do_no_harm(whose: Whose, shop: Path) -> None:
    (shop / "src" / "circle").symlink_to("..")
    (shop / "src" / "self").symlink_to("self")
    (shop / "src" / "dangling").symlink_to("nowhere")
    done = whose("coverage", "--json")
    assert done.code == 0
    assert done.json["whole"]["files"] == 17
    assert done.json["unreadable"] == []


def test_binary_and_huge_files_count_as_files(whose: Whose, shop: Path) -> None:
    before = whose("coverage", "--json").json["whole"]
    (shop / "image.png").write_bytes(b"\x89PNG\0\n\n\n")
    with (shop / "huge.txt").open("wb") as file:
        file.write(b"y" * 9_999 + b"\n")
        file.seek(300_000_000)
        file.write(b"\n")
    after = whose("coverage", "--json").json["whole"]
    assert after["files"] == before["files"] + 2
    assert after["lines"] == before["lines"] + 2


def test_a_file_that_cannot_be_read_is_told_and_counted(
    whose: Whose, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str, *rest: int) -> int:
        if str(path).endswith("README.md"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr("os.open", refuse)
    done = whose("coverage", "--json")
    assert done.code == 0
    assert done.json["unreadable"] == ["README.md: Permission denied"]
    assert "README.md: Permission denied" in done.err
    assert done.json["whole"]["files"] == 14


def test_what_git_refuses_is_an_error_in_its_words(whose: Whose, shop: Path) -> None:
    (shop / ".git" / "index").write_bytes(b"garbage that is long enough to be read as an index")
    done = whose("coverage")
    assert done.code == FAILED
    assert "git ls-files failed" in done.err


def test_the_map_is_one_file_that_names_every_owner(whose: Whose, shop: Path) -> None:
    done = whose("coverage", "--html", "map.html")
    assert "the map: map.html" in done.out
    page = (shop / "map.html").read_text()
    for text in ("team-red", "team-green", "no owner", "unowned on purpose", "75.0%"):
        assert text in page
    # xmlns is a name, not an address that anything is fetched from.
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "@@" not in page
    assert "src=" not in page


def test_names_cannot_break_out_of_the_map(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository({**SHOP, "<script>alert(1)<": "", "a/<!--</script><b>@@DATA@@": "1\n"})
    whose("coverage", "--html", "map.html")
    page = (root / "map.html").read_text()
    assert "<script>alert" not in page
    assert "</script><b>" not in page
    assert page.count("</script>") == 2


def test_a_map_that_cannot_be_written_is_an_error(whose: Whose, shop: Path) -> None:
    done = whose("coverage", "--html", "no/such/folder/map.html")
    assert done.code == FAILED
    assert "map.html: cannot be written (No such file or directory)" in done.err
