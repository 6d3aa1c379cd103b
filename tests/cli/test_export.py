"""``whose export`` and ``whose import``: owners in the words of other tools, and back."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import whose as api
from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import FAILED, USAGE
from whose.index import Subject
from whose.index.sections import codeowners_index
from whose.model import Ownership, Team, TeamName
from whose.report.export.codeowners import codeowners_text
from whose.report.export.mapping import mapping_of
from whose.sources.codeowners import Dialect, codeowners_rules, parse_codeowners

OWNERS = st.sampled_from(["red", "blue", "green", None])
NAMES = st.sampled_from(["a", "b", "c.py", "d e", "#f", "[g]", "*", "h?", "i\\j", "!k", "ü", "__init__.py"])
FILES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=5).map("/".join), OWNERS, max_size=30)


def ownership(team: str | None) -> Ownership:
    return Ownership(Team(TeamName(team)) if team else None, None)


def without_files_in_the_way(files: dict[str, str | None]) -> dict[str, str | None]:
    """Return the files of which none lies where another one needs a folder."""
    return {path: team for path, team in files.items() if not any(other.startswith(f"{path}/") for other in files)}


@pytest.mark.parametrize("dialect", ["github", "gitlab"])
@given(files=FILES.map(without_files_in_the_way))
@settings(max_examples=300, deadline=None)
def test_exported_codeowners_give_every_file_the_owner_that_it_has(
    dialect: Dialect, files: dict[str, str | None]
) -> None:
    text = codeowners_text(
        {path: ownership(team) for path, team in files.items()},
        handle_of=lambda team: f"@acme/{team.name}",
        dialect=dialect,
    )
    parsed = parse_codeowners(text, file="CODEOWNERS", dialect=dialect)
    rules = codeowners_rules(parsed.rules, team_of=lambda owners: TeamName(owners[0].removeprefix("@acme/")))
    index = codeowners_index(parsed, rules)
    assert parsed.problems == ()
    for path, team in files.items():
        rule = index.find(path)
        assert (rule.team if rule is not None else None) == team, text


def test_no_line_is_written_that_is_not_needed() -> None:
    files = {"src/a.py": "red", "src/b.py": "red", "src/c/d.py": "blue", "src/c/e.py": "blue", "x.py": None}
    text = codeowners_text({path: ownership(team) for path, team in files.items()}, handle_of=lambda team: team.name)
    assert [line.split() for line in text.splitlines()[1:]] == [["/src/", "red"], ["/src/c/", "blue"]]


@given(FILES.map(without_files_in_the_way))
@example({"b": "blue", "__init__.py/b/a": "red", "__init__.py/b/__init__.py": "red"})
@settings(max_examples=300, deadline=None)
def test_an_exported_mapping_gives_every_module_its_owner_or_says_that_it_cannot(files: dict[str, str | None]) -> None:
    subjects, ownerships = {}, {}
    for path, team in files.items():
        name = ".".join(part for part in path.replace(".py", "").split("/") if part != "__init__")
        if name:
            subjects[f"{path}.py"] = Subject(module=name, path=path)
            ownerships[f"{path}.py"] = ownership(team)
    exported = mapping_of(subjects, ownerships)
    table = {prefix: team for team, prefixes in exported.prefixes.items() for prefix in prefixes}
    for path, subject in subjects.items():
        found, name = None, subject.module or ""
        while name and found is None:
            found, name = table.get(name), name.rpartition(".")[0]
        owner = ownerships[path].team
        wanted = owner.name if owner is not None else None
        assert found == wanted or (subject.module in exported.unsayable and found is None)


def test_codeowners_can_be_written_and_read_again(whose: Whose, shop: Path) -> None:
    before = {path: api.load(shop).owner_of_path(path).team for path in SHOP}
    done = whose("export", "codeowners", "--output", "CODEOWNERS.new", "--org", "acme")
    assert (done.code, done.out) == (0, "")
    (shop / "whose.toml").write_text('codeowners = "CODEOWNERS.new"\n' + _teams(shop))
    again = api.load(shop)
    for path, team in before.items():
        found = again.owner_of_path(path).team
        assert (found and found.name) == (team and team.name), path


def _teams(shop: Path) -> str:
    text = (shop / "pyproject.toml").read_text()
    return (
        text[text.index("[tool.whose.teams") :]
        .replace("tool.whose.", "")
        .replace("[teams.team-green]", '[teams.team-green]\nhandles = ["@acme/team-green"]')
    )


def test_codeowners_are_written_in_the_dialect_of_those_that_are_read(
    whose: Whose, make_repository: MakeRepository
) -> None:
    names = [f"src/{letter}.py" for letter in "abcd"]
    make_repository(
        {
            ".gitlab/CODEOWNERS": "/src/ @acme/red\n!/src/d.py\n",
            "whose.toml": 'codeowners = true\n[teams.red]\nhandles = ["@acme/red"]\n',
            **dict.fromkeys(names, ""),
        }
    )
    of_gitlab = [f"/{name} @acme/red" for name in names[:3]]
    assert whose("export", "codeowners").out.splitlines()[1:] == of_gitlab
    of_github = [line.split() for line in whose("export", "codeowners", "--dialect", "github").out.splitlines()[1:]]
    assert of_github == [["/src/", "@acme/red"], ["/src/d.py"]]


def test_a_team_without_handle_is_named_with_the_mend(whose: Whose, shop: Path) -> None:
    done = whose("export", "codeowners")
    assert done.code == USAGE
    assert "the team 'team-green' has no handle" in done.err
    assert "--org" in done.err
    assert "@acme/team-green" in whose("export", "codeowners", "--org", "@acme").out


def test_a_mapping_is_toml_or_a_setting_of_django(whose: Whose, shop: Path) -> None:
    mapping = {"team-green": ["shop.legacy"], "team-red": ["shop.cart.tasks", "shop.cart.views"]}
    others = {"team-blue": ["shop.lib", "shop.urls"]}
    document = tomllib.loads(whose("export", "mapping").out)
    assert document["mappings"] == {**others, **mapping}
    # Migrations are unowned on purpose, so the packages above them cannot be given to anybody as a whole.
    assert "shop.cart\n" in whose("export", "mapping").err
    scope: dict[str, object] = {}
    exec(whose("export", "mapping", "--as", "django").out, scope)
    assert scope["CODE_OWNER_MAPPINGS"] == document["mappings"]


def test_json_has_the_owner_of_every_file_task_and_view(whose: Whose, shop: Path) -> None:
    document = whose("export", "json").json
    files = {file["path"]: file for file in document["files"]}
    assert set(files) == set(SHOP)
    cart = files["src/shop/cart/views.py"]
    assert (cart["team"], cart["state"], cart["module"]) == ("team-red", "owned", "shop.cart.views")
    assert document["rules"][cart["rule"]]["pattern"] == "shop.cart"
    assert document["rules"][files["src/shop/legacy/old.py"]["rule"]]["file"] == "src/shop/legacy/.codeowner"
    assert files["docs/index.md"]["state"] == "unowned_on_purpose"
    assert [task["name"] for task in document["tasks"]] == ["reports.nightly", "shop.cart.tasks.expire"]
    assert [view["team"] for view in document["views"]] == ["team-red"]
    assert {team["name"] for team in document["teams"]} == {"team-red", "team-blue", "team-green"}


def test_a_backstage_catalogue_is_read_again_as_the_same_owners(
    whose: Whose, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = api.load(shop)
    before = {path: repository.owner_of_path(path).team for path in SHOP}
    text = whose("export", "backstage").out
    entities = list(yaml.safe_load_all(text))
    assert {entity["kind"] for entity in entities} == {"Group", "Component"}
    names = [(entity["kind"], entity["metadata"]["name"]) for entity in entities]
    assert len(names) == len(set(names))
    (shop / "catalog-info.yaml").write_text(text)
    (shop / "whose.toml").write_text('backstage = ["catalog-info.yaml"]\n')
    again = api.load(shop)
    for path, team in before.items():
        found = again.owner_of_path(path).team
        assert (found and found.name) == (team and team.name), path
    red = again.owner_of_path("src/shop/cart/views.py").team
    assert red is not None
    assert dict(red.levels) == {"theme": "commerce", "squad": "red"}
    assert red.handles == ("@acme/red",)


def test_sentry_gets_paths_as_its_sdk_reports_them_and_our_tag_last(whose: Whose, shop: Path) -> None:
    lines = [line for line in whose("export", "sentry").out.splitlines() if not line.startswith("#")]
    paths = [line for line in lines if line.startswith("path:")]
    assert "path:shop/legacy/* #team-green" in paths
    assert "path:shop/cart/views.py #team-red" in paths
    assert not any("migrations" in line or "docs" in line for line in lines)
    assert lines[len(paths) :] == [
        "tags.code_owner:team-blue #team-blue",
        "tags.code_owner:team-green #team-green",
        "tags.code_owner:team-red #team-red",
    ]


def test_every_form_can_be_had_in_a_json_document(whose: Whose, shop: Path) -> None:
    document = whose("export", "sentry", "--json").json
    assert document["form"] == "sentry"
    assert document["text"] == whose("export", "sentry").out


def test_what_cannot_be_written_is_an_error(whose: Whose, shop: Path) -> None:
    done = whose("export", "sentry", "--output", "no/folder/x")
    assert done.code == FAILED
    assert "no/folder/x: cannot be written" in done.err


APPS = "Path,owner.theme,owner.squad\n./shop/cart,Commerce,Team-Red\nshop/orders/,commerce,team-red\n"
REPOSITORIES = "repo url,owner.theme,owner.squad\nhttps://github.com/django/django,base,team-blue\n"


def test_spreadsheets_become_a_configuration(whose: Whose, tmp_path: Path) -> None:
    (tmp_path / "apps.csv").write_text("\ufeff" + APPS)
    (tmp_path / "repositories.csv").write_text(REPOSITORIES)
    sheets = [str(tmp_path / "apps.csv"), str(tmp_path / "repositories.csv")]
    document = tomllib.loads(whose("import", "csv", *sheets).out)
    assert document["mappings"] == {"team-red": ["shop.cart", "shop.orders"]}
    assert document["packages"] == {"https://github.com/django/django": "team-blue"}
    assert document["teams"]["team-red"]["levels"] == {"theme": "commerce", "squad": "team-red"}
    assert whose("import", "csv", *sheets, "--json").json["mappings"] == document["mappings"]
    whose("import", "csv", *sheets, "--output", str(tmp_path / "whose.toml"))
    assert api.load(tmp_path).owner_of_module("shop.orders.views").team == Team(
        TeamName("team-red"), levels={"theme": "commerce", "squad": "team-red"}
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", ":1: has the columns a, b"),
        ("Path,owner.squad\nshop,\n", ":2: has no owner.squad"),
        ("app,owner.squad\nshop,red\nshop,blue\n", ":3: 'shop' is claimed by 'blue', but 'red' has it"),
        ("app,owner.squad,owner.theme\na,red,x\nb,red,y\n", ":3: 'red' is of the theme 'y' here and of 'x' above"),
    ],
)
def test_mistakes_in_a_spreadsheet_are_told_with_their_line(
    whose: Whose, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "x.csv").write_text(text)
    done = whose("import", "csv", str(tmp_path / "x.csv"))
    assert done.code == USAGE
    assert words in done.err


def test_a_spreadsheet_that_cannot_be_read_is_an_error(whose: Whose, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"app,owner.squad\ncaf\xe9,red\n")
    done = whose("import", "csv", str(tmp_path / "x.csv"))
    assert done.code == FAILED
    assert "x.csv: is not UTF-8 at byte 19" in done.err
    assert whose("import", "csv", str(tmp_path / "y.csv")).code == FAILED


def test_json_of_names_that_are_not_utf_8_is_valid(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(SHOP)
    (Path(root) / "src/shop/caf\udce9.py").write_text("x = 1\n")
    assert "src/shop/caf\udce9.py" in {file["path"] for file in json.loads(whose("export", "json").out)["files"]}
    for form in ("codeowners", "mapping", "backstage", "sentry"):
        done = whose("export", form, "--org", "acme")
        assert done.code == 0
        assert f"{form} cannot say who owns src/shop/caf\\udce9.py" in done.err
