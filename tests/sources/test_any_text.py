"""Whatever stands in a file of ownership, reading it neither fails nor hangs; mistakes are told, not raised."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import whose
from whose.config import Checker
from whose.model import Team, TeamName
from whose.sources.csv_ownership import parse_csv
from whose.sources.declared_in_source import declarations_in
from whose.sources.nearby import PARSERS
from whose.sources.roster import Roster
from whose.sources.team_comment import team_comment

ROSTER = Roster({TeamName("team-red"): Team(TeamName("team-red"))})
WORDS = [
    "version: 1", "owners:", "rules:", "match:", "- ", "[", "]", "{", "}", "'", '"', "\n", "  ", ": ", "null", "@org/x",
    "approvers:", "set noparent", "per-file", "# @team x", "__code_owner__ =", "@owned_by(", "kind: Group", "metadata:",
    "name:", "spec:", "parent:", "kind: Component", "---\n", "&a", "*a", "owner.squad,Path\n", ",",
    "inherit: false", "\0",
]  # fmt: skip
texts = some.text() | some.lists(some.sampled_from(WORDS) | some.text(max_size=4)).map("".join)


@given(texts, some.sampled_from(sorted(PARSERS)))
def test_files_next_to_the_code(text: str, name: str) -> None:
    found = PARSERS[name](text, f"shop/{name}", ROSTER)
    assert all(problem.place.startswith(f"shop/{name}") for problem in found.problems)


@given(texts)
def test_declarations_and_comments(text: str) -> None:
    assert all(rule.team for rule in declarations_in(text, file="x.py").values())
    comment = team_comment(text, file="x.py")
    assert comment is None or comment.team


@given(texts)
def test_spreadsheets(text: str) -> None:
    checker = Checker()
    sheet = parse_csv(checker, text, file="owners.csv")
    assert all(rule.team for rule in (*sheet.mappings, *sheet.packages))
    assert all(problem.place.startswith("owners.csv:") for problem in checker.problems)


@pytest.mark.parametrize("key", ["mapping_files", "teams_files", "backstage"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=texts, suffix=some.sampled_from([".yml", ".json", ".toml"]))
def test_files_that_the_configuration_names(tmp_path: Path, key: str, text: str, suffix: str) -> None:
    file = tmp_path / f"file{suffix}"
    file.write_text(text, encoding="utf-8", errors="replace", newline="")
    (tmp_path / "whose.toml").write_text(f"{key} = ['{file.name}']")
    try:
        problems = whose.load(tmp_path).problems
    except whose.ConfigurationError as error:
        problems = error.problems
    assert all(f"file{suffix}" in problem.place for problem in problems)
