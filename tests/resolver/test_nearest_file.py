"""The nearest ownership file above a file, and whether it agrees with the package whose format it reads."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml
from owners_yaml import OwnersResolver

from tests.trees import write_tree
from whose.config.settings import NEARBY
from whose.errors import Problem
from whose.resolver.nearest_file import NearestFile
from whose.sources.roster import Roster


def nearest(problems: list[Problem] | None = None, names: tuple[str, ...] = NEARBY) -> NearestFile:
    return NearestFile(names, Roster({}), report=(problems if problems is not None else []).append)


def owner(found: NearestFile, top: Path, path: str) -> str | None:
    rule = found.rule_of(str(top / path), top=str(top))
    return None if rule is None else rule.team or "nobody"


def test_the_nearest_file_counts_up_to_the_top(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path, {".codeowner": "outside", "top/a/.codeowner": "team-a", "top/a/b/OWNERS": "@org/b", "top/x.py": ""}
    )
    found = nearest()
    assert [owner(found, tree / "top", path) for path in ("a/b/c/x.py", "a/b/x.py", "a/x.py", "x.py")] == [
        "b", "b", "team-a", None,
    ]  # fmt: skip
    assert found.rule_of(str(tree / "elsewhere.py"), top=str(tree / "top")) is None


def test_of_several_files_in_one_folder_the_documented_one_counts(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {
            "a/.codeowner": "first",
            "a/owners.yaml": "version: 1\nowners: second",
            "a/OWNERS": "@org/third",
            "b/owners.yaml": "version: 1\nowners: second",
            "b/OWNERS": "@org/third",
            "c/owners.yaml": "owners: invalid",
            "c/OWNERS": "@org/third",
        },
    )
    assert [owner(nearest(), tree, f"{folder}/x.py") for folder in "abc"] == ["first", "second", "third"]
    assert owner(nearest(names=("OWNERS",)), tree, "a/x.py") == "third"


def test_an_alias_counts_below_the_top_only_and_by_the_names_that_the_root_file_has(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {"product.yaml": "owners: [team-top]", "a/product.yaml": "owners: [team-a]"})
    assert [owner(nearest(), tree, path) for path in ("a/x.py", "x.py")] == ["team-a", None]
    write_tree(tree, {"owners.yaml": "version: 1\nowners: team-root\nalias_files: [package.yaml]"})
    write_tree(tree, {"b/package.yaml": "owners: [team-b]"})
    assert [owner(nearest(), tree, path) for path in ("a/x.py", "b/x.py")] == ["team-root", "team-b"]


def test_each_folder_is_read_once(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {"a/.codeowner": "red"})
    found = nearest()
    assert owner(found, tree, "a/x.py") == "red"
    (tree / "a/.codeowner").write_text("blue")
    assert owner(found, tree, "a/y.py") == "red"


def test_what_is_wrong_with_a_file_is_told_once(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {"a/.codeowner": "", "b/owners.yaml": "a: ["})
    (tree / "c").mkdir()
    (tree / "c/OWNERS").write_bytes(b"\xff")
    problems: list[Problem] = []
    found = nearest(problems)
    for path in ("a/x.py", "a/y.py", "b/x.py", "c/x.py"):
        assert owner(found, tree, path) is None
    assert [problem.kind for problem in problems] == ["malformed_file", "malformed_file", "unreadable_file"]


NAMES = ["a", "b", "c.py", "d.txt"]
PATTERNS = ["*.py", "/a", "a/", "b", "/b/", "**/c.py", "a/*", "/*", "a/**", "*", "?.py", "/a/b/c.py", "a b", "d*t"]


def random_file(chance: random.Random) -> dict[str, Any]:
    def owners() -> Any:
        return chance.choice([["team-x"], ["team-y", "@z"], "team-z", None, [], "team-CHANGEME"])

    document: dict[str, Any] = {"version": 1, "owners": owners()}
    if chance.random() < 0.2:
        document["inherit"] = False
    document["rules"] = []
    for _ in range(chance.randrange(4)):
        rule: dict[str, Any] = {"match": chance.sample(PATTERNS, chance.randint(1, 2))}
        if chance.random() < 0.7:
            rule["owners"] = owners()
        if chance.random() < 0.2:
            rule["inherit"] = chance.random() < 0.5
        document["rules"].append(rule)
    return document


def test_it_agrees_with_the_owners_yaml_package(tmp_path: Path) -> None:
    chance = random.Random(20_261_122)
    compared = set()
    for number in range(60):
        top = tmp_path / str(number)
        folders = ["", "a", "b", "a/a", "a/b", "a/b/a"]
        for folder in folders:
            name = chance.choice(["owners.yaml", "owners.yaml", "product.yaml", "other.yaml"])
            write_tree(top, {f"{folder}/{name}".lstrip("/"): yaml.safe_dump(random_file(chance))})
        theirs = OwnersResolver(repo_root=top)
        ours = nearest(names=("owners.yaml",))
        for folder in folders:
            for name in NAMES:
                path = f"{folder}/{name}".lstrip("/")
                resolution = theirs.resolve(path)
                teams = [owner for owner in resolution.owners or [] if not owner.startswith("@")]
                expected = "nobody" if resolution.unowned_by_design else next(iter(teams), None)
                assert owner(ours, top, path) == expected, (number, path)
                compared.add(expected)
    assert compared == {"nobody", None, "team-x", "team-y", "team-z"}
