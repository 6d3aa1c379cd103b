"""The map of a repository by owner, as a browser shows it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from whose.model import Ownership, Rule, SourceName, Team, TeamName
from whose.report.coverage import Coverage, CoveredFile
from whose.report.treemap import treemap_page
from whose.report.treemap.tree import Owners, tree_of

RED = Ownership(Team(TeamName("team-red")), None, Rule(SourceName("mapping"), "x", TeamName("team-red")))
BLUE = Ownership(Team(TeamName("team-blue")), None, Rule(SourceName("mapping"), "y", TeamName("team-blue")))
MISSING = Ownership(None, None)
ON_PURPOSE = Ownership(None, None, Rule(SourceName("unowned"), "z", None))


def covered(**files: tuple[Ownership, int]) -> Coverage:
    return Coverage(
        tuple(CoveredFile(path.replace("__", "/"), ownership, lines) for path, (ownership, lines) in files.items())
    )


def test_lone_folders_are_joined_and_owners_numbered_by_size() -> None:
    coverage = covered(src__shop__cart=(RED, 10), src__shop__pay=(BLUE, 90), README=(MISSING, 5))
    owners = Owners.of(coverage)
    assert owners.names == ("missing", "unowned_on_purpose", "team-blue", "team-red")
    assert tree_of(coverage.files, owners) == [
        "",
        [["src/shop", [["cart", 10, 3], ["pay", 90, 2]]], ["README", 5, 0]],
    ]


def dom(page: str, folder: Path, fragment: str = "") -> str:
    """Return the document as a browser has it after the script has run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert browser, "this test needs chromium"
    (folder / "map.html").write_text(page, encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--window-size=1200,900")
    done = subprocess.run(
        [
            browser,
            *options,
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            f"file://{folder}/map.html{fragment}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def areas(document: str) -> dict[int, int]:
    """Return how many rectangles each owner has in the map, by the owner's number."""
    return {
        int(number): path.count("M")
        for path, number in re.findall(r'<path d="([^"]*)" fill="url\(#fill(\d+)\)" class="area', document)
    }


@pytest.mark.slow
def test_the_map_shows_every_owner_and_the_folder_that_the_address_names(tmp_path: Path) -> None:
    coverage = covered(
        a__x=(RED, 50), a__y=(MISSING, 50), b__c__x=(BLUE, 80), b__c__y=(RED, 30), b__d=(ON_PURPOSE, 40), e=(BLUE, 10)
    )
    page = treemap_page(coverage, title="acme", made_at="now")
    whole = dom(page, tmp_path)
    assert areas(whole) == {0: 1, 1: 1, 2: 2, 3: 2}
    assert "! no owner" in whole
    inside = dom(page, tmp_path, "#b/c/")
    assert areas(inside) == {2: 1, 3: 1}
    assert 'aria-current="true">c<' in inside
    assert 'href="#b/"' in inside
