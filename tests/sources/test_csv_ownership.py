"""Ownership as a spreadsheet, with the columns of Open edX's generator."""

from __future__ import annotations

from textwrap import dedent

import pytest

from whose.config import Checker
from whose.sources.csv_ownership import Spreadsheet, parse_csv


def parsed(text: str) -> tuple[Spreadsheet, list[str]]:
    checker = Checker()
    return parse_csv(checker, dedent(text).lstrip(), file="owners.csv"), [str(p) for p in checker.problems]


def test_paths_apps_and_repositories_are_read() -> None:
    sheet, problems = parsed(
        """
        owner.theme,Owner.Squad,Path,app,repo url
        learn,Team-Red,./openedx/core/djangoapps/user_authn,,
        learn,team-blue,,integrated_channels,https://github.com/openedx/edx-enterprise
        learn,team-green,lms/views.py,,
        learn,team-blue,,,https://github.com/openedx/edx-bulk-grades
        """
    )
    assert not problems
    assert [(rule.pattern, rule.team, rule.line) for rule in sheet.mappings] == [
        ("openedx.core.djangoapps.user_authn", "team-red", 2),
        ("integrated_channels", "team-blue", 3),
        ("lms.views", "team-green", 4),
    ]
    assert [(str(rule), rule.team) for rule in sheet.packages] == [
        ("packages rule 'https://github.com/openedx/edx-bulk-grades' at owners.csv:5", "team-blue")
    ]


def test_the_column_of_overrides_may_have_its_documented_name() -> None:
    sheet, _ = parsed("app_name,owner.squad\nconsent,team-red\n")
    assert [rule.pattern for rule in sheet.mappings] == ["consent"]


def test_empty_rows_and_quoted_cells_are_no_trouble() -> None:
    sheet, problems = parsed('"Path","owner.squad"\n,\n\n"a/b","Team, Red"\n')
    assert not problems
    assert [(rule.pattern, rule.team) for rule in sheet.mappings] == [("a.b", "team, red")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "owners.csv:1: has the columns none; it takes 'owner.squad' and one of 'app', 'Path' and 'repo url'"),
        ("Path,squad\n", "owners.csv:1: has the columns path, squad; it takes 'owner.squad'"),
        ("Path,owner.squad\na,\n", "owners.csv:2: has no owner.squad; name the team"),
        ("Path,owner.squad\n,red\n", "owners.csv:2: does not say what 'red' owns; fill 'app', 'Path' or 'repo url'"),
        ("app,owner.squad\na.*,red\n", "owners.csv:2: 'a.*' is no dotted module prefix; write 'a'"),
        ("app,owner.squad\n*,red\n", "owners.csv:2: '*' is no dotted module prefix; name a module"),
        ('Path,owner.squad\n"a"b,red\n', "owners.csv:2: is not CSV: "),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    _, (problem,) = parsed(text)
    assert said in problem
