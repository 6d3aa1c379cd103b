"""``whose lint``: what is wrong with the rules, where, and what can be mended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Done, MakeRepository, Whose
from whose.cli import FAILED, FOUND, USAGE
from whose.report.lint.codes import CODES

TEAMS = """
[tool.whose.teams.team-red]
handles = ["@acme/red"]
[tool.whose.teams.team-blue]
handles = ["@acme/blue"]
"""
BASE: Mapping[str, str] = {
    "src/shop/__init__.py": "",
    "src/shop/cart/__init__.py": "",
    "src/shop/cart/views.py": "def add(): ...\n",
    "src/shop/billing/__init__.py": "",
    "docs/index.md": "",
}
CLEAN: Mapping[str, str] = {
    **BASE,
    "pyproject.toml": "[tool.whose]\ncodeowners = true\n" + TEAMS,
    "CODEOWNERS": "/src/ @acme/blue\n/src/shop/cart/ @acme/red\n/docs/\n",
}


def with_codeowners(text: str, *, place: str = ".github/CODEOWNERS") -> dict[str, str]:
    files = {**CLEAN, place: text}
    del files["CODEOWNERS"]
    return files


def found(done: Done) -> list[tuple[str, str | None, int | None]]:
    return [(finding["code"], finding["file"], finding["line"]) for finding in done.json["findings"]]


def test_clean_rules_are_clean(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(CLEAN)
    done = whose("lint")
    assert (done.code, done.out) == (0, "nothing found\n")


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        pytest.param(
            "/src/ @acme/red\n/doc/ @acme/blue\n", "WH101", 2, "no 'doc' in the repository, but 'docs'", id="dead"
        ),
        pytest.param("*.go @acme/red\n* @acme/blue\n", "WH101", 1, "'*.go' matches no file", id="dead wildcard"),
        pytest.param(
            "/src/shop/cart/ @acme/red\n/src/ @acme/blue\n/docs/ @acme/red",
            "WH102",
            1,
            "all 2 files it matches belong to line 2 ('/src/'); move it below line 2",
            id="shadowed",
        ),
        pytest.param(
            "/src/ @acme/red @acme/blue\n/docs/ @acme/blue\n/src/ @acme/red @acme/blue\n",
            "WH103",
            1,
            "again at line 3 with the same owners",
            id="duplicate",
        ),
        pytest.param(
            "/src/ @acme/red\n/docs/ @acme/red\n/src/** @acme/blue\n",
            "WH104",
            1,
            "then belongs to @acme/blue, not to @acme/red",
            id="contradiction, differently spelt",
        ),
        pytest.param(
            "* @acme/red\n/docs/ @acme/blue", "WH106", 1, "6 files (86%) that no other rule claims", id="catch-all"
        ),
        pytest.param("/src/ @acme/rde\n/docs/ @acme/blue\n", "WH202", 1, "did you mean '@acme/red'?", id="handle"),
        pytest.param("/src/ @acme/red\n/docs/ @alice\n", "WH204", 2, "'@alice' is a person", id="person"),
        pytest.param("/src/ @acme/red\n!/docs/ @acme/blue\n", "WH401", 2, "GitHub has no '!'", id="syntax"),
    ],
)
def test_rules_of_codeowners_are_judged_against_the_files(
    whose: Whose, make_repository: MakeRepository, text: str, code: str, line: int, words: str
) -> None:
    make_repository(with_codeowners(text))
    done = whose("lint", "--json", "--select", code)
    assert done.code == FOUND
    assert found(done) == [(code, ".github/CODEOWNERS", line)]
    (finding,) = done.json["findings"]
    assert words in f"{finding['message']}; {finding['mend']}"
    assert f".github/CODEOWNERS:{line}: {code} {finding['message']}; {finding['mend']}" in whose("lint").out


def test_a_rule_of_a_gitlab_section_that_another_section_precedes_is_not_shadowed(
    whose: Whose, make_repository: MakeRepository
) -> None:
    text = (
        "[Code]\n/src/ @acme/red\n"
        "[Review]\n/src/ @acme/blue\n/src/shop/ @acme/red\n/src/shop/ @acme/blue\n/docs/ @acme/red\n"
    )
    make_repository({**with_codeowners(text, place=".gitlab/CODEOWNERS"), "src/tool.py": ""})
    assert found(whose("lint", "--json", "--select", "WH1")) == [("WH104", ".gitlab/CODEOWNERS", 5)]


def test_in_a_gitlab_section_a_rule_is_shadowed_by_the_same_section(
    whose: Whose, make_repository: MakeRepository
) -> None:
    text = "[Code]\n/src/ @acme/red\n[Review]\n/src/shop/ @acme/blue\n/src/ @acme/red\n/docs/ @acme/red\n"
    make_repository(with_codeowners(text, place=".gitlab/CODEOWNERS"))
    (finding,) = whose("lint", "--json", "--select", "WH1").json["findings"]
    assert (finding["code"], finding["line"]) == ("WH102", 4)
    assert "belong to line 5 ('/src/')" in finding["message"]


def test_a_prefix_must_name_a_module_or_something_inside_one(whose: Whose, make_repository: MakeRepository) -> None:
    names = ["shop.cart", "shop.cart.views.add", "shop.crat", "json", "no_such_package_anywhere"]
    config = "[tool.whose.mappings]\nteam-red = [\n" + "".join(f"  {name!r},\n" for name in names) + "]\n"
    make_repository({**BASE, "pyproject.toml": config})
    done = whose("lint", "--json", "--select", "WH105")
    assert [(finding["line"], finding["subject"]) for finding in done.json["findings"]] == [
        (5, "shop.crat"),
        (7, "no_such_package_anywhere"),
    ]
    assert "did you mean shop.cart?" in done.json["findings"][0]["mend"]
    isolated = whose("lint", "--json", "--select", "WH105", "--isolated").json["findings"]
    assert [finding["subject"] for finding in isolated] == ["shop.crat"]


def test_teams_must_be_known_and_own_something(whose: Whose, make_repository: MakeRepository) -> None:
    config = '[tool.whose]\ndefault_owner = "team-blu"\n[tool.whose.mappings]\nteam-red = ["shop.cart"]\n' + TEAMS
    make_repository({**BASE, "pyproject.toml": config})
    done = whose("lint", "--json", "--ignore", "WH106")
    assert found(done) == [("WH201", "pyproject.toml", 2), ("WH203", "pyproject.toml", 8)]
    unknown, idle = done.json["findings"]
    assert unknown["mend"] == "did you mean 'team-blue'?"
    assert idle["message"] == "'team-blue' owns nothing: no rule names it"


def test_a_default_owner_hides_gaps(whose: Whose, make_repository: MakeRepository) -> None:
    config = '[tool.whose]\ndefault_owner = "team-blue"\n[tool.whose.mappings]\nteam-red = ["shop.cart"]\n'
    make_repository({**BASE, "pyproject.toml": config})
    assert found(whose("lint", "--json")) == [("WH106", "pyproject.toml", 2)]


def test_sources_that_disagree_are_named_with_how_many_files_they_disagree_about(
    whose: Whose, make_repository: MakeRepository
) -> None:
    config = "[tool.whose]\ncodeowners = true\n[tool.whose.mappings]\nteam-blue = ['shop.cart']\n" + TEAMS
    make_repository({**CLEAN, "pyproject.toml": config})
    (finding,) = whose("lint", "--json", "--select", "WH3").json["findings"]
    assert (finding["file"], finding["line"]) == ("CODEOWNERS", 2)
    assert finding["message"] == (
        "'/src/shop/cart/' names team-red, but mapping at pyproject.toml:4 names team-blue and counts for 2 files, "
        "such as src/shop/cart/__init__.py"
    )


def test_an_unknown_file_next_to_the_code_is_judged_too(whose: Whose, make_repository: MakeRepository) -> None:
    config = "[tool.whose]\nnearby = ['.codeowner']\n" + TEAMS
    make_repository({**BASE, "pyproject.toml": config, "src/shop/cart/.codeowner": "team-rde\n"})
    assert ("WH202", "src/shop/cart/.codeowner", 1) in found(whose("lint", "--json"))


def test_a_configuration_that_cannot_be_read_is_reported_in_every_form(
    whose: Whose, make_repository: MakeRepository
) -> None:
    make_repository({**BASE, "whose.toml": "mapings = 1\nkyes = 2\n"})
    done = whose("lint", "--json")
    assert done.code == USAGE
    assert found(done) == [("WH001", "whose.toml", 1), ("WH001", "whose.toml", 2)]
    done = whose("lint", "--format", "github")
    assert done.code == USAGE
    assert done.out.startswith(
        "::error title=WH001 configuration mistake,file=whose.toml,line=1::unknown key 'mapings'"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "/src/ @acme/red\n# why\n/Docs/ @acme/blue\n", "/src/ @acme/red\n# why\n/docs/ @acme/blue\n", id="case"
        ),
        pytest.param("./docs @acme/red\n/src/ @acme/blue", "/docs @acme/red\n/src/ @acme/blue", id="dot"),
        pytest.param(
            "/src/ @acme/red\r\n/docs/ @acme/blue\r\n/src/   @acme/red  \r\n",
            "/docs/ @acme/blue\r\n/src/   @acme/red  \r\n",
            id="duplicate",
        ),
    ],
)
def test_what_is_certain_is_mended_and_the_rest_of_the_file_stays(
    whose: Whose, make_repository: MakeRepository, before: str, after: str
) -> None:
    root = make_repository(with_codeowners("/src/ @acme/red\n"))
    file = root / ".github" / "CODEOWNERS"
    file.write_bytes(b"\xef\xbb\xbf" + before.encode())
    file.chmod(0o640)
    assert "--fix mends 1" in whose("lint").out
    done = whose("lint", "--fix", "--ignore", "WH2")
    assert done.code == 0
    assert "mended 1 finding" in done.err
    assert file.read_bytes() == b"\xef\xbb\xbf" + after.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["CODEOWNERS"]


def test_a_prefix_and_a_team_in_other_letters_are_mended(whose: Whose, make_repository: MakeRepository) -> None:
    config = (
        '[tool.whose]\ndefault_owner = "Team-Blue"  # for now\n'
        '[tool.whose.mappings]\nteam-red = ["Shop.cart", "json"]\n'
    )
    root = make_repository({**BASE, "pyproject.toml": config + TEAMS})
    assert whose("lint", "--fix", "--ignore", "WH106").code == 0
    mended = config.replace("Team-Blue", "team-blue").replace("Shop.cart", "shop.cart")
    assert (root / "pyproject.toml").read_text() == mended + TEAMS


def test_a_file_that_cannot_be_written_is_an_error(
    whose: Whose, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(with_codeowners("/src/ @acme/red\n/Docs/ @acme/blue\n"))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    done = whose("lint", "--fix")
    assert done.code == FAILED
    assert "CODEOWNERS: cannot be written (Permission denied)" in done.err
    assert (root / ".github" / "CODEOWNERS").read_text() == "/src/ @acme/red\n/Docs/ @acme/blue\n"
    assert [path.name for path in (root / ".github").iterdir()] == ["CODEOWNERS"]


def test_a_baseline_excuses_what_is_there_and_not_what_is_new(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n"))
    baseline = ("--baseline", ".whose-baseline.json")
    assert whose("lint", *baseline).code == USAGE
    assert whose("lint", *baseline, "--new-baseline").code == 0
    done = whose("lint", *baseline)
    assert (done.code, done.out) == (0, "nothing found; the baseline excuses 1\n")
    # Lines move, and what was excused stays excused; the same mistake elsewhere is new.
    (root / ".github/CODEOWNERS").write_text(
        "# moved\n/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n/away/ @acme/red\n"
    )
    done = whose("lint", *baseline, "--json")
    assert done.code == FOUND
    assert found(done) == [("WH101", ".github/CODEOWNERS", 5)]
    assert [finding["line"] for finding in done.json["excused"]] == [4]


def test_a_baseline_only_shrinks(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n/away/ @acme/red\n"))
    file = root / "baseline.json"
    whose("lint", "--baseline", "baseline.json", "--new-baseline")
    assert len(json.loads(file.read_text())["findings"]) == 2
    (root / ".github/CODEOWNERS").write_text("/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n/new/ @acme/red\n")
    done = whose("lint", "--baseline", "baseline.json", "--json")
    assert done.code == FOUND
    assert [finding["code"] for finding in done.json["findings"]] == ["WH101", "WH002"]
    done = whose("lint", "--baseline", "baseline.json", "--fix", "--json")
    assert [finding["subject"] for finding in done.json["findings"]] == ["/new/"]
    assert list(json.loads(file.read_text())["findings"]) == ["WH101 .github/CODEOWNERS /gone/"]


def test_a_file_that_is_no_baseline_is_an_error(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(CLEAN)
    (root / "baseline.json").write_text("[]")
    done = whose("lint", "--baseline", "baseline.json")
    assert done.code == USAGE
    assert "baseline.json: is no baseline" in done.err


def test_codes_are_chosen_by_prefix_and_unknown_ones_refused(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(with_codeowners("* @acme/red\n/gone/ @alice\n"))
    assert {code for code, *_ in found(whose("lint", "--json", "--select", "WH1"))} == {"WH101", "WH106"}
    assert {code for code, *_ in found(whose("lint", "--json", "--select", "WH1", "--ignore", "WH101"))} == {"WH106"}
    assert {code for code, *_ in found(whose("lint", "--json", "--ignore", "wh1,WH2"))} == set()
    assert whose("lint", "--select", "WH9").code == USAGE


def test_sarif_names_every_rule_and_the_place_of_every_result(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/caf é/ @acme/red\n/gone/ @acme/red\n"))
    (run,) = whose("lint", "--format", "sarif", "--select", "WH101").json["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(CODES)
    (result,) = [result for result in run["results"] if "/gone/" in result["message"]["text"]]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": ".github/CODEOWNERS", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 4}
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "WH101"


def test_excused_findings_are_suppressed_in_sarif(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n"))
    whose("lint", "--baseline", "b.json", "--new-baseline")
    (run,) = whose("lint", "--baseline", "b.json", "--format", "sarif").json["runs"]
    assert [result["suppressions"][0]["kind"] for result in run["results"]] == ["external"]


def test_github_annotations_are_escaped(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/100%/ @acme/red\n"))
    out = whose("lint", "--format", "github").out
    assert out == (
        "::warning title=WH101 dead rule,file=.github/CODEOWNERS,line=3::'/100%25/' matches no file; "
        "there is no '100%25' in the repository; correct it or delete the rule\n"
    )


def test_gitlab_gets_a_code_quality_report(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/gone/ @acme/red\n"))
    (issue,) = whose("lint", "--format", "gitlab").json
    assert issue["check_name"] == "WH101"
    assert issue["severity"] == "minor"
    assert issue["location"] == {"path": ".github/CODEOWNERS", "lines": {"begin": 3}}
    assert len(issue["fingerprint"]) == 32


def test_places_are_relative_to_the_repository_wherever_it_is_run(
    whose: Whose, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(with_codeowners("/src/ @acme/red\n/docs/ @acme/blue\n/Docs/ @acme/red\n"))
    monkeypatch.chdir(root / "src" / "shop")
    assert found(whose("lint", "--json")) == [("WH101", ".github/CODEOWNERS", 3)]
    assert whose("lint", "--fix", "--select", "WH101").code == 0
    assert (root / ".github/CODEOWNERS").read_text().endswith("/docs/ @acme/red\n")


def test_every_code_is_documented_with_its_meaning_and_mend() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lint.md").read_text()
    for code in CODES.values():
        assert f"| {code.code} | {code.title} | {code.gravity} | {code.meaning} | {code.mend} |" in page


def test_the_configuration_chooses_codes_and_the_baseline_for_everybody(
    whose: Whose, make_repository: MakeRepository
) -> None:
    config = "codeowners = true\n[lint]\nignore = ['WH106']\nbaseline = 'known.json'\n"
    root = make_repository({"CODEOWNERS": "* @acme/red\n/gone/ @acme/red\n", "whose.toml": config, "a.py": ""})
    assert "there is no such baseline" in whose("lint").err
    assert whose("lint", "--new-baseline").out == "nothing found; the baseline excuses 1\n"
    assert (root / "known.json").is_file()
    assert whose("lint").code == 0
    assert whose("lint", "--select", "WH106").out.startswith("CODEOWNERS:1: WH106")
    (root / "CODEOWNERS").write_text("* @acme/red\n/other/ @acme/red\n")
    assert [one["code"] for one in whose("lint", "--json").json["findings"]] == ["WH101", "WH002"]
    assert [one["code"] for one in whose("lint", "--json", "--ignore", "WH101").json["findings"]] == ["WH002"]
    (root / "whose.toml").write_text(config.replace("WH106", "everything").replace("baseline", "base"))
    done = whose("lint")
    assert done.code == USAGE
    assert "whose.toml:3: WH001 'everything' is no code" in done.out
    assert "whose.toml:4: WH001 unknown key of 'lint' 'base'; did you mean 'baseline'?" in done.out


def test_a_team_that_owns_a_function_in_a_file_of_others_is_not_idle(
    whose: Whose, make_repository: MakeRepository
) -> None:
    config = 'codeowners = true\n[teams.red]\nhandles = ["@acme/red"]\n[teams.green]\n[teams.idle]\n'
    code = 'import whose\n\n@whose.owned_by("green")\ndef pay():\n    pass\n'
    make_repository(
        {"whose.toml": config, "CODEOWNERS": "/src/ @acme/red\n/a.txt @acme/gren\n", "src/a.py": code, "a.txt": ""}
    )
    assert [one["subject"] for one in whose("lint", "--json", "--select", "WH203").json["findings"]] == ["idle"]
    (finding,) = whose("lint", "--json", "--select", "WH202").json["findings"]
    assert finding["mend"] == "did you mean 'green'?"
