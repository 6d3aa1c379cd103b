"""whose.load: who owns the paths and modules of a repository that is not running, and the same while it runs."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import whose
from tests.trees import write_tree
from whose.errors import Problem
from whose.model import Ownership

TREE = {
    "pyproject.toml": """
        [tool.whose]
        codeowners = true
        nearby = true
        team_comments = true
        sinks = []
        unowned = ["migrations"]
        default_owner = "team-default"
        transparent = ["src/shop/lib/**"]
        [tool.whose.mappings]
        team-map = ["shop.mapped"]
        [tool.whose.teams.team-red]
        handles = ["@org/red"]
        contacts = { chat = "#red" }
        [tool.whose.packages]
        asgiref = "team-api"
        no-such-thing = "team-api"
        """,
    ".git/HEAD": "",
    ".github/CODEOWNERS": "*.md @org/docs\n/src/ @org/red\n/src/shop/gone/\n\\#x @org/x\n/a @bob\n",
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "",
    "src/shop/mapped.py": "",
    "src/shop/said.py": "__code_owner__ = 'team-said'",
    "src/shop/comment.py": "# @team team-comment",
    "src/shop/functions.py": """
        from whose import owned_by

        @owned_by("team-function")
        def refund(): ...

        class Cart:
            @owned_by("team-method")
            def add(self): ...
        """,
    "src/shop/gone/__init__.py": "",
    "src/shop/near/__init__.py": "",
    "src/shop/near/.codeowner": "team-near",
    "src/shop/near/deep/__init__.py": "",
    "src/shop/near/deep/page.html": "",
    "src/shop/near/mapped.py": "",
    "src/shop/package/__init__.py": "__code_owner__ = 'team-package'",
    "src/shop/package/inner/__init__.py": "",
    "src/shop/package/inner/x.py": "",
    "src/shop/lib/__init__.py": "",
    "src/shop/lib/retry.py": "def loop(): ...",
    "src/shop/cart_migrations/__init__.py": "",
    "src/shop/migrations/__init__.py": "",
    "src/shop/migrations/m1.py": "",
    "src/other.py": "",
    "README.md": "",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WHOSE_CONFIG", raising=False)
    return write_tree(tmp_path, TREE)


def named(ownership: Ownership) -> str:
    return f"{ownership.source} {ownership.team.name if ownership.team is not None else None}"


MODULES = {
    "shop": "codeowners team-red",
    "shop.cart": "codeowners team-red",
    "shop.mapped": "mapping team-map",
    "shop.said": "declared team-said",
    "shop.comment": "declared team-comment",
    "shop.gone": "unowned None",
    "shop.near": "nearby team-near",
    "shop.near.deep": "nearby team-near",
    "shop.near.mapped": "nearby team-near",
    "shop.package": "declared team-package",
    "shop.package.inner.x": "declared team-package",
    "shop.migrations.m1": "unowned None",
    "shop.cart_migrations": "codeowners team-red",
    "other": "codeowners team-red",
    "asgiref.sync": "packages team-api",
    "json": "default team-default",
}


@pytest.mark.parametrize(("module", "expected"), MODULES.items())
def test_a_module_has_an_owner_without_being_imported(tree: Path, module: str, expected: str) -> None:
    assert named(whose.load(tree).owner_of_module(module)) == expected


def test_a_running_program_gives_the_same_answers(tree: Path) -> None:
    program = f"""
import importlib, json, sys, whose
whose.install()
modules = {list(MODULES)!r}
for module in modules:
    importlib.import_module(module)
answers = [whose.owner_of(module) for module in modules]
answers += [whose.owner_of(sys.modules[module]) for module in modules]
print(json.dumps([f"{{a.source}} {{a.team.name if a.team else None}}" for a in answers]))
"""
    environment = {key: value for key, value in os.environ.items() if key != "WHOSE_CONFIG"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree,
        env={**environment, "PYTHONPATH": str(tree / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == [*MODULES.values(), *MODULES.values()]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", "codeowners docs"),
        ("./src/../README.md", "codeowners docs"),
        ("src/shop/mapped.py", "mapping team-map"),
        ("src/shop/near/deep/page.html", "nearby team-near"),
        ("src/shop/near/deep/", "nearby team-near"),
        ("src/shop/package/inner/not_there.txt", "declared team-package"),
        ("src/shop/functions.py", "codeowners team-red"),
        ("LICENSE", "default team-default"),
    ],
)
def test_a_path_has_an_owner(tree: Path, path: str, expected: str) -> None:
    repository = whose.load(tree)
    assert named(repository.owner_of_path(path)) == expected
    assert named(repository.owner_of_path(tree / path if not path.endswith("/") else f"{tree}/{path}")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop.functions.refund", "declared team-function"),
        ("shop.functions.Cart.add", "declared team-method"),
        ("shop.functions.Cart.remove", "codeowners team-red"),
        ("shop.functions", "codeowners team-red"),
    ],
)
def test_a_function_or_method_may_have_an_owner_of_its_own(tree: Path, name: str, expected: str) -> None:
    assert named(whose.load(tree).owner_of_module(name)) == expected


def test_an_answer_tells_the_path_and_the_module(tree: Path) -> None:
    repository = whose.load(tree)
    by_path = repository.owner_of_path("src/shop/cart.py")
    assert (by_path.module, by_path.path) == ("shop.cart", "src/shop/cart.py")
    assert repository.owner_of_path("src/shop/near/deep/page.html").module is None
    assert repository.owner_of_module("shop.cart").path == "src/shop/cart.py"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd"])
def test_a_path_outside_the_repository_is_refused(tree: Path, path: str) -> None:
    with pytest.raises(ValueError, match="lies outside the repository"):
        whose.load(tree).owner_of_path(path)


def test_an_explanation_tells_every_source_that_spoke(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    explanation = whose.load().explain("src/shop/near/mapped.py")
    assert str(explanation) == (
        "shop.near.mapped is owned by team-near: nearby rule '.codeowner' at src/shop/near/.codeowner:1\n"
        "  passed over: codeowners rule '/src/' at .github/CODEOWNERS:2, team-red\n"
        "  passed over: default rule '*' at pyproject.toml:7, team-default"
    )
    assert [source for source, _ in whose.load().explain("shop.near.mapped").spoken] == [
        "nearby", "codeowners", "default",
    ]  # fmt: skip


def test_teams_rules_and_problems_are_listed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    repository = whose.load()
    assert {team.name for team in repository.teams} == {
        "team-red", "team-map", "team-api", "team-default", "docs", "bob",
    }  # fmt: skip
    assert "packages rule 'no-such-thing' at pyproject.toml:16" in map(str, repository.rules)
    assert [(problem.kind, problem.place) for problem in repository.problems] == [
        ("escaped_hash", ".github/CODEOWNERS:4"),
        ("unclaimed_handle", ".github/CODEOWNERS:1"),
        ("person_as_owner", ".github/CODEOWNERS:5"),
        ("distribution_not_installed", "pyproject.toml:16"),
    ]


def test_what_is_wrong_with_a_file_next_to_the_code_is_told_when_it_is_met(tree: Path) -> None:
    write_tree(tree, {"src/shop/bad/.codeowner": "# nobody"})
    repository = whose.load(tree)
    before = len(repository.problems)
    repository.owner_of_path("src/shop/bad/x.py")
    repository.owner_of_path("src/shop/bad/y.py")
    assert [problem.kind for problem in repository.problems[before:]] == ["malformed_file"]


def test_a_repository_without_configuration_is_read_by_what_lies_there(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {".git/HEAD": "", "docs/CODEOWNERS": "* @org/all\n", "a/.codeowner": "team-a", "a/x.py": "", "b/x.py": ""},
    )
    repository = whose.load(tree / "a")
    assert named(repository.owner_of_path("a/x.py")) == "nearby team-a"
    assert named(repository.owner_of_path("b/x.py")) == "codeowners all"
    assert repository.problems == ()


def test_keys_can_be_given_in_python(tree: Path) -> None:
    repository = whose.load(tree, config={"mappings": {"team-new": ["shop.cart"]}, "codeowners": False})
    assert named(repository.owner_of_module("shop.cart")) == "mapping team-new"
    assert named(repository.owner_of_module("shop.mapped")) == "default team-default"


def test_packages_in_unusual_folders_are_found(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {"whose.toml": "codeowners = true", "CODEOWNERS": "/parts/a/ @org/a\n", "parts/a/lib/thing/__init__.py": ""},
    )
    assert named(whose.load(tree).owner_of_module("thing")) == "codeowners a"


def test_two_files_that_could_be_meant_are_no_reason_to_guess(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {
            "whose.toml": 'codeowners = true\nroots = ["a", "b"]',
            "CODEOWNERS": "/a/ @org/a\n/b/ @org/b\n",
            "a/shop.py": "",
            "b/shop.py": "",
        },
    )
    ownership = whose.load(tree).owner_of_module("shop")
    assert (ownership.team, ownership.reason) == (None, "ambiguous_path")
    assert named(whose.load(tree).owner_of_path("b/shop.py")) == "codeowners b"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"whose.toml": "codeowners = true"}, "whose.toml:1: . has no CODEOWNERS file"),
        ({"whose.toml": "codeowners = 'C'"}, "C: cannot be read (No such file or directory)"),
        ({"whose.toml": "a ="}, "whose.toml: is not TOML"),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], place: str
) -> None:
    monkeypatch.chdir(write_tree(tmp_path, files))
    with pytest.raises(whose.ConfigurationError) as raised:
        whose.load()
    assert place in str(raised.value)


def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(whose.ConfigurationError, match="there is no such folder"):
        whose.load("/no/such/folder")


def test_mistakes_in_the_configuration_and_in_the_files_that_it_names_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_bytes(b"* @a\n/x \xff\n")
    (tmp_path / "gitlab").mkdir()
    (tmp_path / "gitlab" / "CODEOWNERS").write_text("[Docs]\n*.md @b\n")
    (tmp_path / "teams.toml").write_text('[red]\nhandels = ["@a"]\n')
    (tmp_path / "owners.json").write_text("{")
    (tmp_path / "whose.toml").write_text(
        'codeowners = ["CODEOWNERS", "gitlab/CODEOWNERS"]\ncodeowners_dialect = "gitlab"\n'
        'codeowners_sections = ["Doc"]\nteams_files = ["teams.toml"]\nmapping_files = ["owners.json"]\nguard = 3\n'
    )
    with pytest.raises(whose.ConfigurationError) as raised:
        whose.load(tmp_path)
    places = [Path(problem.place).name for problem in raised.value.problems]
    assert places == ["whose.toml:6", "teams.toml:2", "owners.json:1", "CODEOWNERS:2", "CODEOWNERS"]
    (tmp_path / "whose.toml").write_text('repository = "nowhere"\ncodeowners = ["nothing"]\n')
    with pytest.raises(whose.ConfigurationError) as raised:
        whose.load(tmp_path)
    assert [Path(problem.place).name for problem in raised.value.problems] == ["whose.toml:1"]


@pytest.mark.parametrize(
    "error",
    [
        whose.ConfigurationError([Problem("a:1", "is wrong", "mend it"), Problem("b", "is too", "mend that", "kind")]),
        whose.MissingExtraError(wanted="sink x", library="x", extra="y"),
        whose.OutdatedExtraError(wanted="sink x", library="x", extra="y", installed="1", oldest="2"),
    ],
)
def test_errors_are_the_same_on_the_other_side_of_a_pipe(error: whose.WhoseError) -> None:
    error.add_note("seen in a worker")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
