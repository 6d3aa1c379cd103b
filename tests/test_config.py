"""The configuration: what every key means, and what is said of every mistake."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.trees import write_tree
from whose.config import ORDER, Config, Place, find_file, read_config
from whose.errors import ConfigurationError
from whose.model import TeamName

MISTAKES = tomllib.loads((Path(__file__).parent / "data/config_mistakes.toml").read_text("utf-8"))["case"]


def read(values: Mapping[str, Any]) -> Config:
    return read_config([Place("config", values)], known_sinks=("newrelic", "logging"))


def test_the_first_place_with_a_key_decides_it() -> None:
    config = read_config(
        [Place("first", {"mappings": {"red": ["a"]}}), Place("second", {"mappings": {"blue": ["b"]}, "nearby": True})],
        known_sinks=(),
    )
    assert [rule.pattern for rule in config.mappings] == ["a"]
    assert config.nearby == (".codeowner", "owners.yaml", "OWNERS")
    assert config.places == ("first", "second")


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: str(case["says"][0]).partition(":")[2])
def test_a_mistake_is_told_with_its_line_and_its_mend(
    case: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_tree(tmp_path, {"whose.toml": case["config"]}))
    place = find_file(tmp_path, {})
    assert place is not None
    with pytest.raises(ConfigurationError) as raised:
        read_config([place], known_sinks=("newrelic", "logging"))
    assert [str(problem) for problem in raised.value.problems] == case["says"]


def test_a_mistake_in_python_is_told_with_the_way_to_it() -> None:
    with pytest.raises(ConfigurationError) as raised:
        read({"mappings": {"red": ["a", 3]}})
    assert [str(problem) for problem in raised.value.problems] == [
        "config['mappings']['red'][1]: 3 is not a name; write a string"
    ]


def test_rules_remember_the_line_on_which_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"whose.toml": '[packages]\ncelery = "red"\n[urls]\n"/a" = "red"\n[tasks]\n"a.*" = "blue"\n'})
    monkeypatch.chdir(tmp_path)
    place = find_file(tmp_path, {})
    assert place is not None
    config = read_config([place], known_sinks=())
    assert [str(rule) for rule in (*config.packages, *config.urls, *config.tasks)] == [
        "packages rule 'celery' at whose.toml:2",
        "urls rule '/a' at whose.toml:4",
        "tasks rule 'a.*' at whose.toml:6",
    ]


def test_sources_that_order_leaves_out_follow_in_the_usual_order() -> None:
    order = read({"order": ["codeowners", "mapping"]}).order
    assert order[:2] == ("codeowners", "mapping")
    assert sorted(order) == sorted(ORDER)
    assert order[2:] == tuple(source for source in ORDER if source not in order[:2])


def test_the_repository_is_the_nearest_folder_with_a_git_folder(tmp_path: Path) -> None:
    write_tree(tmp_path, {".git/HEAD": "", "services/shop/whose.toml": ""})
    place = find_file(tmp_path / "services" / "shop", {})
    assert place is not None
    assert read_config([place], known_sinks=()).root == tmp_path


def test_without_a_git_folder_the_repository_is_where_the_configuration_lies(tmp_path: Path) -> None:
    write_tree(tmp_path, {"service/whose.toml": "", "service/src/x.py": ""})
    place = find_file(tmp_path / "service" / "src", {})
    assert place is not None
    assert read_config([place], known_sinks=()).root == tmp_path / "service"


def test_the_repository_can_be_named(tmp_path: Path) -> None:
    write_tree(tmp_path, {"etc/whose.toml": 'repository = "../checkout"', "checkout/a.py": ""})
    place = find_file(tmp_path / "etc", {})
    assert place is not None
    assert read_config([place], known_sinks=()).root == tmp_path / "checkout"


def test_files_count_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    write_tree(tmp_path, {"conf/whose.toml": 'mapping_files = ["owners.yml"]\ncodeowners = "CODEOWNERS"'})
    place = find_file(tmp_path / "conf", {})
    assert place is not None
    config = read_config([place], known_sinks=())
    assert [setting.path for setting in config.mapping_files] == [tmp_path / "conf" / "owners.yml"]
    assert [setting.path for setting in config.codeowners] == [tmp_path / "conf" / "CODEOWNERS"]


def test_roots_are_folders_packages_and_folders_of_production() -> None:
    assert [root.folder for root in read({"roots": ["src/", ".", "./libs/x"]}).roots] == ["src", "", "libs/x"]
    by_package, deployed = read({"roots": {"shop": "src/shop", "/app/": "src"}}).roots
    assert (by_package.package, by_package.folder) == ("shop", "src/shop")
    assert (deployed.deployed, deployed.folder) == ("/app", "src")


def test_a_theme_gives_its_levels_and_leaves_what_the_team_has_of_its_own() -> None:
    config = read(
        {
            "themes": {"shop": ["shop-cart", "shop-red"]},
            "teams": {
                "shop-cart": {"handles": ["@org/cart"], "contacts": {"chat": "#c"}},
                "shop-red": {"levels": {"x": "y"}},
            },
        }
    )
    cart = config.teams[TeamName("shop-cart")]
    assert dict(cart.levels) == {"theme": "shop", "squad": "cart"}
    assert cart.handles == ("@org/cart",)
    assert dict(cart.contacts) == {"chat": "#c"}
    assert dict(config.teams[TeamName("shop-red")].levels) == {"x": "y"}


@pytest.mark.parametrize(
    "values",
    [
        {"mappings": {"a": ["b"]}},
        {"default_owner": "a"},
        {"packages": {"celery": "a"}},
        {"urls": {"/": "a"}},
        {"tasks": {"*": "a"}},
        {"codeowners": True},
        {"codeowners": ["CODEOWNERS"]},
        {"mapping_files": ["a.yml"]},
        {"backstage": ["catalog-info.yaml"]},
        {"nearby": True},
        {"team_comments": True},
    ],
    ids=lambda values: next(iter(values)),
)
def test_every_source_of_rules_counts_as_having_rules(values: Mapping[str, Any]) -> None:
    assert read(values).has_rules


def test_a_configuration_without_sources_has_no_rules() -> None:
    assert not read({"sinks": [], "unowned": ["tests/**"], "codeowners": False, "nearby": False}).has_rules


def test_order_of_precedence_is_the_documented_one() -> None:
    assert ORDER == (
        "declared", "nearby", "unowned", "mapping", "codeowners", "backstage", "packages", "urls", "tasks",
    )  # fmt: skip
