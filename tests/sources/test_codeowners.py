from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whose.errors import ConfigurationError
from whose.index.sections import codeowners_index
from whose.model import TeamName
from whose.sources import codeowners
from whose.sources.codeowners import (
    CodeownersLine,
    Dialect,
    codeowners_rules,
    dialect_of,
    find_codeowners,
    load_codeowners,
    parse_codeowners,
)

DATA = Path(__file__).parents[1] / "data" / "codeowners"
GITHUB = (DATA / "github.CODEOWNERS").read_text(encoding="utf-8")


def github(text: str) -> list[CodeownersLine]:
    return list(parse_codeowners(text, file="CODEOWNERS", dialect="github").rules)


def gitlab(text: str) -> list[CodeownersLine]:
    return list(parse_codeowners(text, file="CODEOWNERS", dialect="gitlab").rules)


def kinds(text: str, dialect: Dialect) -> list[tuple[str, str]]:
    problems = parse_codeowners(text, file="F", dialect=dialect).problems
    return [(problem.place, problem.kind) for problem in problems]


def test_a_github_file_is_read_line_by_line_with_its_numbers() -> None:
    assert [(line.line, line.pattern, line.owners) for line in github(GITHUB)] == [
        (2, "*", ("@shop/everyone", "@alice")),
        (4, "*.js", ("@shop/web",)),
        (5, "/docs/", ("docs@shop.example",)),
        (6, "/indented/", ("@shop/everyone",)),
        (7, "/apps/", ("@octocat",)),
        (8, "/apps/github", ()),
        (9, r"/with\ space/a\ b.py", ("@shop/web",)),
        (10, "/src/c#/", ("@shop/web",)),
        (12, "/naïve/", ("@shop/i18n",)),
    ]


def test_what_github_skips_is_reported_with_its_line() -> None:
    assert kinds(GITHUB, "github") == [
        ("F:11", "malformed_owner"),
        ("F:15", "negation"),
        ("F:16", "range"),
        ("F:17", "escaped_hash"),
        ("F:18", "malformed_owner"),
        ("F:19", "matches_nothing"),
        ("F:20", "matches_nothing"),
        ("F:21", "matches_nothing"),
        ("F:22", "section_heading"),
    ]


def test_a_problem_says_what_is_wrong_and_how_to_mend_it() -> None:
    problem = parse_codeowners("/a/ team-red\n", file="docs/CODEOWNERS", dialect="github").problems[0]
    assert str(problem) == (
        "docs/CODEOWNERS:1: 'team-red' is neither @user, @org/team nor a mail address; GitHub skips the line; "
        "write @team-red"
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(ending: str) -> None:
    text = "\ufeff* @a\n/docs/ @b # c\n/nobody/\n"
    assert github(text.replace("\n", ending)) == github(text.removeprefix("\ufeff"))


def test_only_a_line_feed_ends_a_line() -> None:
    text = "/a\u2028b @x\n/c\x0cd @x\n/e\x1ef @x\n"
    assert [(line.line, line.pattern) for line in github(text)] == [(1, "/a\u2028b"), (3, "/e\x1ef")]


def test_an_escaped_space_at_the_end_belongs_to_the_pattern() -> None:
    assert [line.pattern for line in github("/a\\ \n/b\\  \n/c  \n")] == ["/a\\ ", "/b\\ ", "/c"]


def test_gitlab_lines_know_their_section() -> None:
    lines = gitlab("* @a\n^[Docs][3] @docs @writers\ndocs/\n*.md @b\n[Data]\n!x\n[DOCS]\ny @z\n")
    assert [(line.section, line.is_optional, line.approvals, line.written, line.owners) for line in lines] == [
        ("", False, 1, "*", ("@a",)),
        ("Docs", True, 3, "docs/", ("@docs", "@writers")),
        ("Docs", True, 3, "*.md", ("@b",)),
        ("Data", False, 1, "!x", ()),
        ("Docs", False, 1, "y", ("@z",)),
    ]


def test_gitlab_takes_groups_in_groups_and_roles_for_owners() -> None:
    assert gitlab("a @group/sub/team @@maintainer me@shop.example\n")[0].owners == (
        "@group/sub/team",
        "@@maintainer",
        "me@shop.example",
    )


def test_gitlab_passes_over_a_word_that_is_no_owner() -> None:
    assert gitlab("a @x web-team @y\n")[0].owners == ("@x", "@y")
    assert kinds("a @x web-team @y\n", "gitlab") == [("F:1", "malformed_owner")]


def test_gitlab_takes_a_handle_in_a_comment_for_an_owner() -> None:
    assert gitlab("a @x # was (@old), see wiki\n")[0].owners == ("@x", "@old")
    assert kinds("a @x # was (@old), see wiki\na @x # nothing\n", "gitlab") == [("F:1", "owner_in_comment")]


def test_what_is_wrong_with_gitlab_lines_is_reported() -> None:
    text = "[Open\n[ ]\na @x\n^[Both][2]\n!b @x\nc\nd//e @x\n\\#f @x\n[g]h @x\n!\n"
    assert kinds(text, "gitlab") == [
        ("F:1", "section_heading"),
        ("F:1", "no_owner"),
        ("F:2", "section_heading"),
        ("F:4", "section_heading"),
        ("F:5", "exclusion_owner"),
        ("F:6", "no_owner"),
        ("F:7", "matches_nothing"),
        ("F:10", "matches_nothing"),
    ]
    assert [line.written for line in gitlab(text)] == ["[Open", "a", "!b", "c", "\\#f"]


def test_each_line_becomes_a_rule_with_its_place() -> None:
    parsed = parse_codeowners("* @a @b\n/x/\n", file="CODEOWNERS", dialect="github")
    rules = codeowners_rules(parsed.rules, team_of=lambda owners: TeamName("+".join(owners)))
    assert [(rule.source, rule.pattern, rule.team, rule.place) for rule in rules] == [
        ("codeowners", "*", "@a+@b", "CODEOWNERS:1"),
        ("codeowners", "/x/", None, "CODEOWNERS:2"),
    ]


def test_the_place_of_a_file_tells_its_dialect() -> None:
    assert dialect_of(".gitlab/CODEOWNERS", "* @a\n") == "gitlab"
    assert dialect_of("repo/.github/CODEOWNERS", "[Docs]\ndocs/ @a\n") == "github"
    assert dialect_of("CODEOWNERS", "* @a\n") == "github"


@pytest.mark.parametrize(
    "heading", ["[Docs]", "^[Docs]", "[Docs][2]", "[Docs] @team", "[Docs][2] # as agreed", "[Docs]\r"]
)
def test_a_heading_tells_gitlabs_dialect_where_the_place_does_not(heading: str) -> None:
    assert dialect_of("docs/CODEOWNERS", f"* @a\n{heading}\ndocs/ @b\n") == "gitlab"
    assert dialect_of("docs/CODEOWNERS", "* @a\n/[ab]/ @b\n[ab]*.py @b\n") == "github"


def test_a_file_is_read_from_the_first_place_where_a_site_looks(tmp_path: Path) -> None:
    assert find_codeowners(tmp_path) is None
    for place in reversed(codeowners.PLACES):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_bytes(b"\xef\xbb\xbf* @a\r\n")
        assert find_codeowners(tmp_path) == tmp_path / place
        parsed = load_codeowners(tmp_path / place)
        assert [(line.owners, line.file) for line in parsed.rules] == [(("@a",), str(tmp_path / place))]
        assert parsed.dialect == ("gitlab" if ".gitlab" in place else "github")


def test_a_declared_dialect_beats_the_place(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("!a\n")
    assert load_codeowners(tmp_path / "CODEOWNERS", dialect="gitlab").rules[0].is_exclusion


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "CODEOWNERS"
    file.write_bytes(b"\xef\xbb\xbf* @a\n/na\xefve/ @b\n")
    with pytest.raises(ConfigurationError) as caught:
        load_codeowners(file)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{file}:2: is not UTF-8 (byte 0xef); save the file as UTF-8"
    ]


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_codeowners(tmp_path / name)


def test_a_file_that_github_would_not_load_is_read_with_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "CODEOWNERS"
    file.write_text("/a/ @a\n" + "#" * codeowners.GITHUB_LIMIT_BYTES)
    parsed = load_codeowners(file)
    assert len(parsed.rules) == 1
    assert [(problem.place, problem.kind) for problem in parsed.problems] == [(str(file), "too_large")]
    assert "3 MB" in parsed.problems[0].message
    assert load_codeowners(file, dialect="gitlab").problems == ()


odd_lines = st.text("[]^!#\\ \t/*@ab.,0²\r\x00é\u2028", max_size=30)


@given(st.lists(odd_lines, max_size=12).map("\n".join) | st.text(), st.sampled_from(["github", "gitlab"]))
def test_no_text_is_too_odd_to_be_read_compiled_and_asked(text: str, dialect: Dialect) -> None:
    parsed = parse_codeowners(text, file="F", dialect=dialect)
    rules = codeowners_rules(parsed.rules, team_of=lambda owners: TeamName(owners[0]))
    index = codeowners_index(parsed, rules)
    for path in ("a", "a/b", "[", text):
        found = index.find(path)
        assert found is None or found in index.find_all(path)
    accounted = {line.line for line in parsed.rules} | {int(problem.place[2:]) for problem in parsed.problems}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        words = line.strip(" \t\r\f\v")
        is_heading = dialect == "gitlab" and words.lstrip("^").startswith("[") and "]" in words
        assert number in accounted or not words or words.startswith("#") or is_heading


@pytest.mark.parametrize("dialect", ["github", "gitlab"])
@pytest.mark.parametrize(
    "line",
    [
        "[",
        "^[",
        "[a",
        "\\",
        "\\ ",
        " ",
        "@",
        "@a",
        "@a ",
        "a@",
        "a@b ",
        "#",
        "*",
        "**/",
        "?",
        "!",
        "[][",
        "[a]",
        "[0]",
        " @a#",
        "[1][2",
    ],
)
def test_a_line_of_a_million_characters_is_read_in_linear_time(line: str, dialect: Dialect) -> None:
    text = line * (1_000_000 // len(line))
    for variant in (text, f"a {text}", f"[a]{text}", f"[a][{'9' * 1_000_000}]", f"{text}\n{text}"):
        parse_codeowners(variant, file="F", dialect=dialect)
