"""All sources in one index: who speaks first, what is nobody's on purpose, and what is not guessed."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.trees import write_tree
from whose.config import Place, read_config
from whose.index import Subject, compile_index
from whose.index.ownership import OwnershipIndex
from whose.model import Ownership, Rule, SourceName, TeamName

#: Every source claims shop.cart, each for a team named after it.
EVERYTHING = {
    "mappings": {"mapping": ["shop.cart"]},
    "unowned": ["shop/unowned/**"],
    "nearby": True,
    "packages": {"djangorestframework": "packages"},
    "urls": {"/cart/": "urls", "/": "home"},
    "tasks": {"cart.*": "tasks", "*": "any"},
    "default_owner": "default",
}


def index_of(tmp_path: Path, values: dict[str, object], codeowners: str = "") -> OwnershipIndex:
    write_tree(tmp_path, {"CODEOWNERS": codeowners})
    config = read_config([Place("config", {"codeowners": "CODEOWNERS", **values})], known_sinks=(), beside=tmp_path)
    return compile_index(config)


def rule(source: str, team: str | None) -> Rule:
    return Rule(SourceName(source), "x", TeamName(team) if team else None)


def named(ownership: Ownership) -> str:
    return ownership.team.name if ownership.team is not None else ownership.source


def test_sources_speak_in_their_order(tmp_path: Path) -> None:
    index = index_of(tmp_path, EVERYTHING, "* @org/codeowners\n")
    full = Subject(
        module="shop.cart.views",
        declared=rule("declared", "declared"),
        nearby=rule("nearby", "nearby"),
        path="shop/cart/views.py",
        task="cart.send",
        url="/cart/add/",
    )
    assert [str(source) for source, _ in index.explain(full)] == [
        "declared", "nearby", "mapping", "codeowners", "urls", "tasks", "default",
    ]  # fmt: skip
    assert named(index.owner_of(full)) == "declared"
    assert named(index.owner_of(Subject(module="shop.cart", nearby=rule("nearby", "nearby"), path="x"))) == "nearby"
    assert named(index.owner_of(Subject(module="shop.cart", path="shop/unowned/x.py"))) == "unowned"
    assert named(index.owner_of(Subject(module="shop.cart", path="x"))) == "mapping"
    assert named(index.owner_of(Subject(module="rest_framework.views", path="x"))) == "codeowners"
    assert named(index.owner_of(Subject(module="rest_framework.views"))) == "packages"
    assert named(index.owner_of(Subject(module="x", url="/cart/", task="cart.x"))) == "urls"
    assert named(index.owner_of(Subject(module="x", task="cart.x"))) == "tasks"
    assert named(index.owner_of(Subject(module="x"))) == "default"
    assert named(index.owner_of(Subject(module="x"), with_default=False)) == "none"


def test_the_order_of_sources_can_be_changed(tmp_path: Path) -> None:
    values = {**EVERYTHING, "order": ["tasks", "codeowners"]}
    index = index_of(tmp_path, values, "* @org/codeowners\n")
    subject = Subject(module="shop.cart", declared=rule("declared", "declared"), path="x")
    assert named(index.owner_of(subject)) == "codeowners"
    assert named(index.owner_of(Subject(module="shop.cart", task="cart.x", path="x"))) == "tasks"


def test_a_line_without_owners_is_unowned_on_purpose_and_ends_the_search(tmp_path: Path) -> None:
    index = index_of(tmp_path, EVERYTHING, "* @org/codeowners\n/generated/\n")
    ownership = index.owner_of(Subject(module="rest_framework.x", path="generated/x.py"))
    assert ownership.is_unowned_on_purpose
    assert ownership.source == "unowned"
    assert str(ownership.rule).endswith("CODEOWNERS:2")


@pytest.mark.parametrize(
    ("pattern", "subject", "is_unowned"),
    [
        ("tests/**", Subject(path="tests/a/b.py"), True),
        ("tests/**", Subject(path="shop/tests/b.py"), False),
        ("migrations", Subject(path="shop/cart/migrations/0001.py"), True),
        ("migrations", Subject(module="shop.cart.migrations.m0001"), True),
        ("migrations", Subject(module="shop.migrations_tools"), False),
        ("conftest.py", Subject(path="deep/conftest.py"), True),
        ("*_pb2.py", Subject(path="deep/a_pb2.py"), True),
        ("shop.legacy", Subject(module="shop.legacy.views"), True),
        ("shop.legacy", Subject(module="shop.legacy_new"), False),
    ],
)
def test_unowned_takes_paths_names_and_dotted_prefixes(
    tmp_path: Path, pattern: str, subject: Subject, is_unowned: bool
) -> None:
    index = index_of(tmp_path, {"unowned": [pattern]})
    assert index.owner_of(subject).is_unowned_on_purpose is is_unowned


def test_transparent_takes_dotted_prefixes_and_paths(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"transparent": ["shop.retry", "shop/lib/**"]})
    assert index.is_transparent(Subject(module="shop.retry.loop"))
    assert index.is_transparent(Subject(module="shop.lib.x", path="shop/lib/x.py"))
    assert not index.is_transparent(Subject(module="shop.other", path="shop/other.py"))


CODEOWNERS = """
* @org/everyone
/cart/ @org/red-squad
/pages/ @org/nobody-knows @alice
/single/ @alice
"""
TEAMS = {"teams": {"team-red": {"handles": ["@org/red-squad"]}}, "packages": {"djangorestframework": "team-red"}}


def test_a_handle_that_nobody_claims_is_a_team_of_its_own(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEAMS, CODEOWNERS)
    owners = [named(index.owner_of(Subject(path=path))) for path in ("x", "cart/x", "pages/x", "single/x")]
    assert owners == ["everyone", "team-red", "nobody-knows", "alice"]
    assert TeamName("nobody-knows") in index.teams


def test_a_handle_that_nobody_claims_can_be_nobody_instead(tmp_path: Path) -> None:
    index = index_of(tmp_path, {**TEAMS, "unclaimed_handles": "report"}, CODEOWNERS)
    assert named(index.owner_of(Subject(path="cart/x"))) == "team-red"
    unclaimed = index.owner_of(Subject(path="pages/x"))
    assert (unclaimed.team, unclaimed.rule, unclaimed.reason) == (None, None, "unclaimed_handle")
    assert not unclaimed.is_unowned_on_purpose
    assert named(index.owner_of(Subject(module="rest_framework.x", path="pages/x"))) == "team-red"
    assert TeamName("nobody-knows") not in index.teams


def test_files_that_could_both_be_meant_have_an_owner_only_if_it_is_the_same(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"mappings": {"team-map": ["mapped"]}}, "/a/ @org/red\n/b/ @org/red\n/c/ @org/blue\n")

    def owner(*paths: str, module: str = "shop.cart") -> Ownership:
        return index.owner_of(Subject(module=module, path=paths[0], other_paths=paths[1:]))

    assert named(owner("a/x.py", "b/x.py")) == "red"
    different = owner("a/x.py", "c/x.py")
    assert (different.team, different.reason, different.path) == (None, "ambiguous_path", None)
    assert owner("a/x.py", "d/x.py").reason == "ambiguous_path"
    assert named(owner("a/x.py", "c/x.py", module="mapped.x")) == "team-map"


@pytest.mark.parametrize(
    ("url", "team"),
    [
        ("/cart/", "cart"),
        ("cart/add/<int:pk>/", "cart"),
        ("^cart/(?P<pk>[0-9]+)/$", "cart"),
        ("/cart", "cart"),
        ("/cartoon/", "home"),
        ("/cart/gifts/new", "gifts"),
        ("/", "home"),
        ("", "home"),
    ],
)
def test_the_longest_url_prefix_of_whole_segments_counts(tmp_path: Path, url: str, team: str) -> None:
    index = index_of(tmp_path, {"urls": {"/": "home", "/cart/": "cart", "cart/gifts": "gifts"}})
    assert named(index.owner_of(Subject(url=url))) == team


@pytest.mark.parametrize(
    ("task", "team"),
    [
        ("reports.nightly", "exact"),
        ("reports.daily", "reports"),
        ("reports", "any"),
        ("reports.x.send", "send"),
        ("Reports.daily", "any"),
    ],
)
def test_the_most_specific_task_glob_counts(tmp_path: Path, task: str, team: str) -> None:
    index = index_of(
        tmp_path,
        {"tasks": {"*": "any", "reports.*": "reports", "reports.nightly": "exact", "reports.*.send": "send"}},
    )
    assert named(index.owner_of(Subject(task=task))) == team


def test_an_index_of_all_sources_can_be_pickled(tmp_path: Path) -> None:
    index = index_of(tmp_path, {**EVERYTHING, "transparent": ["shop/lib/**"]}, "* @org/codeowners\n")
    copy = pickle.loads(pickle.dumps(index))
    assert copy == index
    for subject in (Subject(path="x"), Subject(task="cart.x"), Subject(url="/cart/"), Subject(path="shop/lib/x")):
        assert copy.owner_of(subject) == index.owner_of(subject)
        assert copy.is_transparent(subject) == index.is_transparent(subject)


def test_every_rule_is_told_once(tmp_path: Path) -> None:
    index = index_of(tmp_path, EVERYTHING, "* @org/codeowners\n/x/\n")
    assert [f"{rule.source} {rule.pattern}" for rule in index.rules()] == [
        "unowned shop/unowned/**",
        "mapping shop.cart",
        "codeowners *",
        "codeowners /x/",
        "packages djangorestframework",
        "urls /cart/",
        "urls /",
        "tasks cart.*",
        "tasks *",
        "default *",
    ]
