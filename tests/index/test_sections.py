from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest

from whose.errors import ConfigurationError
from whose.index.sections import PathRules, SectionedIndex, codeowners_index
from whose.model import TeamName
from whose.sources.codeowners import codeowners_rules, parse_codeowners

FILE = """\
* @everyone
!generated/

[Backend] @backend
src/
!src/web/
src/shared/ @shared

^[Frontend] @frontend
src/web/
*.js

[BACKEND]
*.py @python

[Legal][2]
LICENSE
"""


def compiled(text: str, *, first_sections: Sequence[str] = ()) -> PathRules:
    parsed = parse_codeowners(text, file="CODEOWNERS", dialect="gitlab")
    rules = codeowners_rules(parsed.rules, team_of=lambda owners: TeamName(owners[0]))
    return codeowners_index(parsed, rules, first_sections=first_sections)


def teams_by_section(index: PathRules, path: str) -> list[str | None]:
    assert isinstance(index, SectionedIndex)
    return [rule.team for rule in index.find_by_section(path)]


def owner(index: PathRules, path: str) -> tuple[str | None, int | None]:
    rule = index.find(path)
    assert rule is not None
    return rule.team, rule.line


def test_each_section_names_one_owner() -> None:
    index = compiled(FILE)
    assert teams_by_section(index, "src/shared/a.py") == ["@everyone", "@python"]
    assert teams_by_section(index, "src/shared/a.js") == ["@everyone", "@shared", "@frontend"]


def test_the_first_section_that_owns_a_path_wins() -> None:
    assert owner(compiled(FILE), "src/shared/a.js") == ("@everyone", 1)


def test_preferred_sections_win_in_their_order() -> None:
    index = compiled(FILE, first_sections=["frontend", "Backend"])
    assert owner(index, "src/shared/a.js") == ("@frontend", 11)
    assert owner(index, "src/shared/a.c") == ("@shared", 7)
    assert owner(index, "README.md") == ("@everyone", 1)


def test_an_unknown_section_is_refused_with_the_likely_one() -> None:
    with pytest.raises(ConfigurationError, match=r"CODEOWNERS: has no section 'Bakend'; did you mean 'Backend'"):
        compiled(FILE, first_sections=["Bakend"])


def test_lines_of_a_section_without_owners_have_those_of_its_heading() -> None:
    assert owner(compiled(FILE, first_sections=["Backend"]), "src/a.c") == ("@backend", 5)


def test_sections_of_one_name_are_joined_whatever_the_letter_case() -> None:
    index = compiled(FILE, first_sections=["Backend"])
    assert owner(index, "src/a.py") == ("@python", 14)


def test_an_exclusion_keeps_its_section_away_even_from_later_lines() -> None:
    index = compiled(FILE, first_sections=["Backend"])
    assert owner(index, "src/web/a.py") == ("@everyone", 1)
    assert teams_by_section(index, "src/web/a.py") == [None, "@everyone", "@frontend"]


def test_a_path_that_every_section_excludes_is_unowned_on_purpose() -> None:
    assert owner(compiled(FILE), "generated/a.txt") == (None, 2)


def test_an_exclusion_says_nothing_of_what_its_section_does_not_claim() -> None:
    assert compiled("/src/ @a\n!docs/\n").find("docs/a") is None


def test_a_section_that_names_nobody_lets_the_next_one_speak() -> None:
    index = compiled("[One]\na\n[Two]\na @two\n")
    assert owner(index, "a") == ("@two", 4)
    assert owner(compiled("[One]\na\n[Two]\nb @two\n"), "a") == (None, 2)


def test_a_pattern_that_comes_twice_keeps_its_place_and_its_last_owner() -> None:
    index = compiled("*.md @first\n/docs/ @docs\n*.md @second\n")
    assert owner(index, "a.md") == ("@second", 3)
    assert owner(index, "docs/a.md") == ("@docs", 2)


def test_all_matching_lines_are_told_in_the_order_of_the_file() -> None:
    assert [rule.line for rule in compiled(FILE).find_all("src/web/a.py")] == [1, 5, 6, 10, 14]
    assert [rule.pattern for rule in compiled(FILE).find_all("generated/a")] == ["*", "!generated/"]


def test_a_sectioned_index_survives_pickling() -> None:
    index = compiled(FILE)
    copy = pickle.loads(pickle.dumps(index))
    assert copy.rules == index.rules
    for path in ("src/web/a.py", "generated/a", "LICENSE", "src/shared/a.js"):
        assert copy.find(path) == index.find(path)


def test_a_github_file_knows_no_sections() -> None:
    parsed = parse_codeowners("* @a\n/docs/\n", file="CODEOWNERS", dialect="github")
    rules = codeowners_rules(parsed.rules, team_of=lambda owners: TeamName(owners[0]))
    index = codeowners_index(parsed, rules)
    assert [index.find("a"), index.find("docs/a")] == [rules[0], rules[1]]
    assert rules[1].team is None
