"""Backstage's catalogue: groups are teams, components are folders with an owner."""

from __future__ import annotations

from pathlib import Path

import pytest

import whose
from tests.trees import write_tree
from whose.repository import Repository

GROUPS = """
apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: team-red
  annotations:
    github.com/team-slug: org/red-squad
  links:
    - url: https://chat.example.com/red
spec:
  type: team
  profile:
    email: red@example.com
  parent: group:default/commerce
  children: []
---
kind: Group
metadata: {name: commerce}
spec: {type: sub-department, parent: all, children: [team-red]}
---
kind: Group
metadata: {name: all}
spec: {type: Organization, children: [commerce]}
"""


def component(name: str, owner: str, location: str | None = None) -> str:
    annotations = f"  annotations: {{backstage.io/source-location: '{location}'}}\n" if location else ""
    return f"---\nkind: Component\nmetadata:\n  name: {name}\n{annotations}spec:\n  type: service\n  owner: {owner}\n"


def loaded(tmp_path: Path, files: dict[str, str]) -> Repository:
    write_tree(tmp_path, {"whose.toml": 'backstage = ["**/catalog-info.yaml"]\n', **files})
    return whose.load(tmp_path)


def owner(repository: Repository, path: str) -> str | None:
    team = repository.owner_of_path(path).team
    return team.name if team is not None else None


def test_a_group_is_a_team_whose_levels_are_the_groups_above_it(tmp_path: Path) -> None:
    teams = {str(team.name): team for team in loaded(tmp_path, {"catalog-info.yaml": GROUPS}).teams}
    red = teams["team-red"]
    assert list(red.levels.items()) == [("organization", "all"), ("sub_department", "commerce")]
    assert dict(red.contacts) == {"mail": "red@example.com", "url": "https://chat.example.com/red"}
    assert red.handles == ("@org/red-squad",)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{type: team, parent: gone}", "catalog-info.yaml:3: the group 'gone' is not in the catalogue"),
        ("{type: team, parent: a}", "catalog-info.yaml:3: the group 'a' is above itself"),
    ],
)
def test_a_parent_that_leads_nowhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    repository = loaded(tmp_path, {"catalog-info.yaml": f"kind: Group\nmetadata: {{name: a}}\nspec: {spec}\n"})
    assert [str(problem) for problem in repository.problems] == [f"{said}; correct the parent"]


def test_a_component_owns_the_folder_of_its_file_and_the_innermost_one_counts(tmp_path: Path) -> None:
    repository = loaded(
        tmp_path,
        {
            "catalog-info.yaml": component("all", "team-platform"),
            "services/cart/catalog-info.yaml": component("cart", "group:default/team-red"),
            "services/[odd] name/catalog-info.yaml": component("odd", "team-odd"),
        },
    )
    assert owner(repository, "services/cart/deep/x.py") == "team-red"
    assert owner(repository, "services/x.py") == "team-platform"
    assert owner(repository, "services/[odd] name/x.py") == "team-odd"
    assert str(repository.owner_of_path("services/cart/x.py").rule).startswith("backstage rule '/services/cart/' at ")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("url:https://github.com/org/shop/tree/main/services/cart/", "services/cart/x.py"),
        ("url:https://github.com/Org/Shop/blob/main/services/cart/one.py", "services/cart/one.py"),
        ("url:https://gitlab.example.com/org/shop/-/tree/main/services/cart", "services/cart/x.py"),
        ("url:https://github.com/org/shop/", "services/cart/x.py"),
        ("dir:./services/cart", "services/cart/x.py"),
    ],
)
def test_a_source_location_in_this_repository_tells_the_folder(tmp_path: Path, location: str, path: str) -> None:
    repository = loaded(
        tmp_path,
        {
            ".git/config": '[remote "origin"]\n\turl = git@github.com:org/shop.git\n',
            "catalog-info.yaml": component("cart", "team-red", location),
            "services/cart/one.py": "",
        },
    )
    assert owner(repository, path) == "team-red"


@pytest.mark.parametrize(
    "location",
    ["url:https://github.com/org/other/tree/main/services/cart/", "url:https://github.com/org/shop/tree/main/gone/"],
)
def test_a_component_elsewhere_owns_nothing_here(tmp_path: Path, location: str) -> None:
    repository = loaded(
        tmp_path,
        {
            ".git/config": '[remote "origin"]\n\turl = https://github.com/org/shop\n',
            "catalog-info.yaml": component("cart", "team-red", location),
            "services/cart/one.py": "",
        },
    )
    assert owner(repository, "services/cart/one.py") is None
    assert owner(repository, "gone/x.py") is None


def test_two_components_with_different_owners_for_one_folder_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = GROUPS.lstrip() + component("a", "team-red") + component("b", "commerce") + component("c", "user:jane")
    repository = loaded(tmp_path, {"x/catalog-info.yaml": text})
    assert owner(repository, "x/y.py") == "team-red"
    assert [problem.kind for problem in repository.problems] == ["contradiction", "person_as_owner", "contradiction"]
    assert "'b' gives x to 'commerce', but 'team-red' has it at x/catalog-info.yaml:29" in str(repository.problems[0])


def test_a_component_without_an_owner_is_told(tmp_path: Path) -> None:
    repository = loaded(tmp_path, {"catalog-info.yaml": "kind: Component\nmetadata: {name: a}\nspec: {type: x}\n"})
    assert [problem.kind for problem in repository.problems] == ["no_owner"]


def test_entities_of_other_shapes_are_passed_over(tmp_path: Path) -> None:
    kinds = ["System\nspec: {owner: x}", "Component\nmetadata: 3\nspec: [a]", "[x]", "Group"]
    text = "".join(f"---\nkind: {kind}\n" for kind in kinds)
    repository = loaded(tmp_path, {"catalog-info.yaml": text})
    assert repository.teams == ()
