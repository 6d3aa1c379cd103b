"""Teams described in files: one a file as code_teams has it, or a table of many."""

from __future__ import annotations

from pathlib import Path

import pytest

import whose
from tests.trees import write_tree
from whose.model import Team


def teams_of(tmp_path: Path, config: str = 'teams_files = ["teams"]', **files: str) -> dict[str, Team]:
    write_tree(tmp_path, {"whose.toml": config, **{name.replace("__", "/"): text for name, text in files.items()}})
    return {team.name: team for team in whose.load(tmp_path).teams}


CODE_TEAMS = """
name: Team Red
github:
  team: '@org/red-squad'
  members:
    - alice
slack:
  room_for_humans: '#red'
any_other_plugin:
  pager: 7
"""


def test_a_file_of_code_teams_is_a_team_with_its_handle_and_chat(tmp_path: Path) -> None:
    (team,) = teams_of(tmp_path, **{"teams__deep__red.yml": CODE_TEAMS}).values()
    assert (team.name, team.handles, dict(team.contacts)) == ("Team Red", ("@org/red-squad",), {"chat": "#red"})


def test_a_file_of_one_team_may_have_our_own_keys_too(tmp_path: Path) -> None:
    text = "name: red\nlevels: {tribe: shop}\ncontacts: {chat: '#a', pager: P1}\nhandles: ['@a/b']\nslack: '#b'\n"
    (team,) = teams_of(tmp_path, **{"teams__red.yaml": text}).values()
    assert (dict(team.levels), dict(team.contacts)) == ({"tribe": "shop"}, {"chat": "#a", "pager": "P1"})
    assert team.handles == ("@a/b",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("teams.toml", '[team-red]\nhandles = ["@a/b"]\n[team-blue]\nlevels = { tribe = "x" }\n'),
        ("teams.toml", '[teams.team-red]\nhandles = ["@a/b"]\n[teams.team-blue]\nlevels = { tribe = "x" }\n'),
        ("teams.json", '{"team-red": {"handles": ["@a/b"]}, "team-blue": {"levels": {"tribe": "x"}}}'),
    ],
)
def test_a_table_holds_many_teams(tmp_path: Path, name: str, text: str) -> None:
    teams = teams_of(tmp_path, f"teams_files = ['{name}']", **{name: text})
    assert set(teams) == {"team-red", "team-blue"}
    assert teams["team-red"].handles == ("@a/b",)
    assert dict(teams["team-blue"].levels) == {"tribe": "x"}


def test_the_configuration_comes_first_and_files_add_what_it_leaves_open(tmp_path: Path) -> None:
    config = 'teams_files = ["t.toml"]\n[teams.red]\ncontacts = { chat = "#ours" }\nhandles = ["@a/1"]\n'
    text = (
        '[red]\nlevels = { tribe = "x" }\ncontacts = { chat = "#theirs", mail = "r@example.com" }\nhandles = ["@a/2"]\n'
    )
    (team,) = teams_of(tmp_path, config, **{"t.toml": text}).values()
    assert dict(team.contacts) == {"chat": "#ours", "mail": "r@example.com"}
    assert dict(team.levels) == {"tribe": "x"}
    assert team.handles == ("@a/1", "@a/2")


def test_mistakes_have_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(whose.ConfigurationError) as raised:
        teams_of(tmp_path, "teams_files = ['t.toml']", **{"t.toml": '[red]\nlevel = 3\n[blue]\nhandles = "@a/b"\n'})
    assert [str(problem) for problem in raised.value.problems] == [
        "t.toml:2: unknown key of a team 'level'; did you mean 'levels'?",
        "t.toml:4: 'handles' is a string; write a list: ['@a/b']",
    ]


def test_a_handle_of_two_teams_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(whose.ConfigurationError, match="'blue' has the handle '@a/B', which 'red' has too"):
        teams_of(
            tmp_path,
            "teams_files = ['t.toml']",
            **{"t.toml": '[red]\nhandles = ["@a/b"]\n[blue]\nhandles = ["@a/B"]\n'},
        )


def test_globs_that_only_code_ownership_reads_are_told_where_no_codeowners_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "red.yml").write_text("name: red\nowned_globs:\n  - packs/red/**\n")
    (tmp_path / "whose.toml").write_text("teams_files = ['teams']\n")
    assert [problem.place for problem in whose.load().problems] == ["teams/red.yml:2"]
    (tmp_path / "CODEOWNERS").write_text("/packs/red/ @acme/red\n")
    (tmp_path / "whose.toml").write_text("teams_files = ['teams']\ncodeowners = true\n")
    assert whose.load().problems == ()
