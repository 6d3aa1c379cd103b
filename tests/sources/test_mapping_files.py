"""Mappings that stand in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

import whose
from tests.trees import write_tree
from whose.repository import Repository


def loaded(tmp_path: Path, **files: str) -> Repository:
    names = [name.replace("__", ".") for name in files]
    config = f"mapping_files = {names}\n"
    write_tree(tmp_path, {"whose.toml": config, **dict(zip(names, files.values(), strict=True))})
    return whose.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("owners__yml", "team-red:\n  - shop.cart\n", 2),
        ("owners__yaml", "mappings:\n  team-red: [shop.cart]\nother: 1\n", 2),
        ("settings__yml", "DEBUG: true\nCODE_OWNER_MAPPINGS:\n  team-red:\n  - shop.cart\n", 4),
        ("generated__yml", "CODE_OWNER_TO_PATH_MAPPINGS:\n  team-red:\n  - shop.cart\n", 3),
        ("owners__json", '{\n"team-red": [\n"shop.cart"]}', 3),
        ("owners__toml", '[mappings]\nteam-red = ["shop.cart"]\n', 2),
        ("owners__csv", "Path,owner.squad\nshop/cart,Team-Red\n", 2),
    ],
)
def test_a_mapping_is_read_from_every_kind_of_file(tmp_path: Path, name: str, text: str, line: int) -> None:
    rule = loaded(tmp_path, **{name: text}).owner_of_module("shop.cart.views").rule
    assert rule is not None
    assert (rule.source, rule.team, rule.line) == ("mapping", "team-red", line)


def test_a_catch_all_in_a_file_is_the_default_owner(tmp_path: Path) -> None:
    ownership = loaded(tmp_path, owners__yml='team-red: ["*"]\n').owner_of_module("anything")
    assert (ownership.source, ownership.team and ownership.team.name) == ("default", "team-red")


def test_themes_in_a_file_give_levels(tmp_path: Path) -> None:
    repository = loaded(
        tmp_path, owners__yml="CODE_OWNER_MAPPINGS: {shop-red: [a]}\nCODE_OWNER_THEMES: {shop: [shop-red]}\n"
    )
    team = repository.owner_of_module("a").team
    assert team is not None
    assert dict(team.levels) == {"theme": "shop", "squad": "red"}


def test_a_prefix_that_two_files_give_to_two_teams_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(whose.ConfigurationError) as raised:
        loaded(tmp_path, a__yml="red: [shop]", b__json='{"blue":\n["shop"]}')
    assert [str(problem) for problem in raised.value.problems] == [
        "b.json:2: 'shop' is claimed by 'blue', but 'red' has it at a.yml:1; leave it to one team"
    ]


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(whose.ConfigurationError) as raised:
        loaded(tmp_path, a__yml="red: shop", b__json="{", c__csv="x,y\n", d__toml="red = 3")
    assert [problem.place for problem in raised.value.problems] == ["a.yml:1", "b.json:1", "c.csv:1", "d.toml:1"]


def test_a_file_that_is_not_there_is_told_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path, {"whose.toml": "\nmapping_files = [\n'gone.yml',\n]"}))
    with pytest.raises(whose.ConfigurationError) as raised:
        whose.load(tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        "whose.toml:2: gone.yml cannot be read (No such file or directory); correct the name, or restore the file"
    ]
