"""Ownership files next to the code: what one of them says of its folder."""

from __future__ import annotations

from textwrap import dedent

import pytest

from whose.model import Team, TeamName
from whose.sources.nearby import NearbyFile, parse_codeowner, parse_owners, parse_owners_yaml
from whose.sources.roster import Roster

ROSTER = Roster({TeamName("team-red"): Team(TeamName("team-red"), handles=("@org/red", "sig-red"))})


def team_of(found: NearbyFile) -> str | None:
    return found.rule.team if found.rule is not None else None


def said(found: NearbyFile) -> list[str]:
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize(
    ("text", "team", "line"),
    [
        ("team-red\n", "team-red", 1),
        ("\n# who owns this\n  My Team  \n", "My Team", 3),
        ("@org/red", "team-red", 1),
    ],
)
def test_codeowner_names_one_team(text: str, team: str, line: int) -> None:
    found = parse_codeowner(text, "shop/.codeowner", ROSTER)
    assert team_of(found) == team
    assert found.rule is not None
    assert found.rule.line == line


def test_codeowner_without_a_team_counts_as_absent() -> None:
    found = parse_codeowner("# nobody yet\n", "shop/.codeowner", ROSTER)
    assert not found.is_valid
    assert said(found) == ["shop/.codeowner: names no team; write its name, or delete the file"]


def test_codeowner_with_two_teams_is_told() -> None:
    found = parse_codeowner("team-red\nteam-blue\n", "shop/.codeowner", ROSTER)
    assert team_of(found) == "team-red"
    assert said(found) == ["shop/.codeowner:2: names 2 teams, of which only 'team-red' counts; keep one"]


@pytest.mark.parametrize(
    ("text", "team", "inherits"),
    [
        ("alice@example.com\n@org/green\n@org/red # them\n", "team-red", True),
        ("alice\nbob\n", "alice", True),
        ("@alice\n@org/green\n", "green", True),
        ("set noparent\nsig-red\n", "team-red", False),
        ("*\n", None, True),
        ("# nobody\n", None, True),
        ("reviewers:\n- bob\n- sig-red\napprovers:\n  - alice\n", "team-red", True),
        ("reviewers:\n- bob\napprovers:\n- alice\n", "alice", True),
        ("options:\n  no_parent_owners: true\napprovers:\n- 'sig-red'\nlabels:\n- sig-x\n", "team-red", False),
        ("approvers: [alice, sig-red]\n", "team-red", True),
        ("emeritus_approvers:\n- sig-red\n", None, True),
    ],
)
def test_the_first_group_of_owners_owns(text: str, team: str | None, inherits: bool) -> None:
    found = parse_owners(text, "shop/OWNERS", ROSTER)
    assert (team_of(found), found.inherits) == (team, inherits)


def test_what_owners_files_have_for_single_files_is_told() -> None:
    found = parse_owners("sig-red\nper-file *.py=alice\nfile://build/OWNERS\n", "shop/OWNERS", ROSTER)
    assert team_of(found) == "team-red"
    assert said(found) == [
        "shop/OWNERS:2: 'per-file *.py=alice' is not read; use CODEOWNERS for it",
        "shop/OWNERS:3: 'file://build/OWNERS' is not read; use CODEOWNERS for it",
    ]


def owners_yaml(text: str, file: str = "shop/owners.yaml") -> NearbyFile:
    return parse_owners_yaml(dedent(text), file, ROSTER)


def test_owners_yaml_gives_its_folder_to_its_first_team() -> None:
    found = owners_yaml("version: 1\nowners: ['@alice', team-red]\nstatus: deprecated\n")
    assert team_of(found) == "team-red"
    assert found.rule is not None
    assert found.rule.place == "shop/owners.yaml:2"


def test_owners_null_is_unowned_on_purpose_and_an_empty_list_says_nothing() -> None:
    null = owners_yaml("version: 1\nowners: null\n")
    assert null.rule is not None
    assert null.rule.team is None
    assert owners_yaml("version: 1\nowners: []\n").rule is None
    assert owners_yaml("version: 1\nowners: [team-CHANGEME]\n").rule is None


def test_rules_of_owners_yaml_are_overrides_in_their_order() -> None:
    found = owners_yaml(
        """
        version: 1
        owners: team-red
        inherit: false
        rules:
          - match: ['*.txt', docs/]
            owners: null
          - match: generated/**
            status: generated
          - match: lib/
            inherit: true
            owners: []
        """
    )
    assert found.inherits is False
    assert [(over.pattern, over.decides, over.rule is not None, over.inherits) for over in found.overrides] == [
        ("*.txt", True, True, None),
        ("docs/", True, True, None),
        ("generated/**", False, False, None),
        ("lib/", True, False, True),
    ]
    assert all(over.rule is None or over.rule.team is None for over in found.overrides)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owners: team-red\n", "shop/owners.yaml: has no 'version: 1', and so does not count; add 'version: 1'"),
        (
            "version: true\nowners: a\n",
            "shop/owners.yaml: has no 'version: 1', and so does not count; add 'version: 1'",
        ),
        ("version: 1\n", "shop/owners.yaml: has no 'owners', and so does not count; add 'owners'"),
        ("a: [\n", "shop/owners.yaml:2: is not YAML: "),
        ("- a\n", "shop/owners.yaml: has no 'version: 1', and so does not count"),
    ],
)
def test_owners_yaml_that_cannot_count_is_absent_and_told(text: str, message: str) -> None:
    found = owners_yaml(text)
    assert not found.is_valid
    assert message in said(found)[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owner: x", "shop/owners.yaml:3: unknown key 'owner'; did you mean 'owners'?"),
        (
            "status: dead",
            "shop/owners.yaml:3: 'status' is 'dead'; write one of active, deprecated, generated, vendored",
        ),
        ("inherit: 3", "shop/owners.yaml:3: 'inherit' is 3; write true or false"),
        ("rules: 3", "shop/owners.yaml:3: 'rules' is no list; write a list of rules"),
        ("rules: [{owners: a}]", "shop/owners.yaml:3: 'match' is None; write a pattern or a list"),
        ("rules: [{match: 'a***b'}]", "shop/owners.yaml:3: 'match' is 'a***b'; write a pattern or a list"),
        ("rules: [{match: a, owners: 3}]", "shop/owners.yaml:3: 'owners' is 3; write a team, a list of teams, or null"),
    ],
)
def test_a_mistake_in_owners_yaml_is_told_and_the_rest_counts(text: str, message: str) -> None:
    found = owners_yaml(f"version: 1\nowners: team-red\n{text}\n")
    assert team_of(found) == "team-red"
    assert message in said(found)


def test_of_an_alias_file_only_a_list_of_owners_counts() -> None:
    assert team_of(owners_yaml("name: x\nowners: [team-red]\nstatus: dead\n", "shop/product.yaml")) == "team-red"
    assert not owners_yaml("name: x\nowners: team-red\n", "shop/product.yaml").is_valid
