"""Files of YAML, JSON and TOML: their values, the line of everything in them, and what is wrong with them."""

from __future__ import annotations

import builtins
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.trees import write_tree
from whose.config import Checker, FileSetting
from whose.errors import MissingExtraError
from whose.sources.documents import files_of, load_documents
from whose.sources.json_lines import lines_of_json


def lines_of(tmp_path: Path, name: str, text: str) -> dict[tuple[str | int, ...], int]:
    checker = Checker()
    (place,) = load_documents(checker, write_tree(tmp_path, {name: text}) / name)
    assert not checker.problems
    return dict(place.lines)


YAML = """
team-red:
  - shop.cart
  - shop.orders
"team-blue": {a: [x,
    y]}
"""
JSON = """
{"team-red": ["shop.cart",
  "shop.orders"],
 "team-blue":
    {"a": ["x, {]}", "y"]}}
"""
TOML = """
team-red = [
  "shop.cart",
  "shop.orders",
]
team-blue.a = ["x",
"y"]
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.yaml", YAML, {("team-red",): 1, ("team-red", 1): 3, ("team-blue",): 4, ("team-blue", "a", 1): 5}),
        ("a.yml", YAML, {("team-red", 0): 2}),
        ("a.json", JSON, {("team-red",): 1, ("team-red", 1): 2, ("team-blue",): 3, ("team-blue", "a", 1): 4}),
        ("a.toml", TOML, {("team-red",): 1, ("team-red", 1): 3, ("team-blue",): 5, ("team-blue", "a", 1): 6}),
    ],
)
def test_everything_in_a_document_has_its_line(
    tmp_path: Path, name: str, text: str, lines: dict[tuple[str | int, ...], int]
) -> None:
    found = lines_of(tmp_path, name, text)
    assert {path: found[path] for path in lines} == lines


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
)


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in paths_of(item, (*path, key)))]


@given(values, some.sampled_from([None, 1]))
def test_json_of_any_shape_gets_a_line_for_each_of_its_values(value: Any, indent: int | None) -> None:
    lines, repeated = lines_of_json(json.dumps(value, indent=indent))
    assert not repeated
    assert set(lines) | {()} == set(paths_of(value))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yml", "a: [1\nb: 2", "a.yml:2: is not YAML: did not find expected ',' or ']'; correct the syntax"),
        ("a.yml", "a: 1\nb: 2\na: 3", "a.yml:3: the key 'a' is there twice; join the two"),
        ("a.yml", "- a", "a.yml: is a list; a table with names as keys belongs here"),
        ("a.yml", "a: !!python/object:os.system {}", "a.yml:1: is not YAML: could not determine a constructor"),
        ("a.yml", "a: 2026-99-99", "a.yml: is not YAML: month must be in 1..12; correct the syntax"),
        ("a.yml", "[" * 100_000, "a.yml:1: is nested more than 200 deep; correct the syntax"),
        ("a.json", '{"a":\n 1,}', "a.json:2: is not JSON: "),
        ("a.json", '{"a": 1,\n"a": 2}', "a.json:2: the key 'a' is there twice; join the two"),
        ("a.json", "[" * 100_000, "a.json: is nested too deeply; make it flat"),
        ("a.toml", "a = ", "a.toml: is not TOML: "),
        ("a.txt", "a", "a.txt is of no kind that is read here; use .toml, .json, .yaml, .yml"),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str
) -> None:
    monkeypatch.chdir(write_tree(tmp_path, {name: text}))
    checker = Checker()
    load_documents(checker, tmp_path / name)
    (problem,) = checker.problems
    assert said in str(problem)


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yml").write_bytes(b"a: \xff")
    checker = Checker()
    assert load_documents(checker, tmp_path / "a.yml") == []
    assert [str(problem) for problem in checker.problems] == ["a.yml: is not UTF-8 at byte 3; save the file as UTF-8"]


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1")
    (place,) = load_documents(Checker(), tmp_path / "a.toml")
    assert place.values == {"a": 1}


def test_every_document_of_a_yaml_file_counts(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.yaml": "---\na: 1\n---\n---\nb: 2\n"})
    assert [place.values for place in load_documents(Checker(), tmp_path / "a.yaml")] == [{"a": 1}, {"b": 2}]


def test_yaml_without_pyyaml_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a.yaml": "a: 1"})
    monkeypatch.delitem(sys.modules, "whose.sources.yaml_documents", raising=False)
    real_import = builtins.__import__

    def without_yaml(name: str, *args: Any, **kwargs: Any) -> ModuleType:
        if name == "yaml":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_yaml)
    with pytest.raises(MissingExtraError, match=r'pip install "whose\[yaml\]"'):
        load_documents(Checker(), tmp_path / "a.yaml")


def test_a_setting_may_be_a_file_a_folder_or_a_glob(tmp_path: Path) -> None:
    write_tree(tmp_path, {"teams/a.yml": "", "teams/deep/b.yml": "", "teams/c.txt": "", "x.yml": "", "y.yml": ""})
    checker = Checker()

    def names(*settings: str, inside: str = "**/*.yml") -> list[str]:
        found = files_of(checker, [FileSetting(tmp_path / setting, "here") for setting in settings], inside=inside)
        return [path.relative_to(tmp_path).as_posix() for path, _ in found]

    assert names("x.yml") == ["x.yml"]
    assert names("teams") == ["teams/a.yml", "teams/deep/b.yml"]
    assert names("?.yml", "x.yml") == ["x.yml", "y.yml"]
    assert names("**/b.yml") == ["teams/deep/b.yml"]
    assert not checker.problems


def test_a_glob_or_folder_without_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    checker = Checker()
    files_of(
        checker, [FileSetting(tmp_path / "*.yml", "a:1"), FileSetting(tmp_path / "empty", "a:2")], inside="**/*.yml"
    )
    assert [str(problem) for problem in checker.problems] == [
        "a:1: no file is named *.yml; correct the name, or delete it",
        "a:2: no file is named empty; correct the name, or delete it",
    ]
