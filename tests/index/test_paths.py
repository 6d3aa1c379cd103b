from __future__ import annotations

import multiprocessing
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.index import shapes
from tests.index.matching import Numbered, index_of, winner
from whose.index import paths as paths_module
from whose.index.paths import PathIndex
from whose.sources.codeowners import Dialect

DIALECTS: tuple[Dialect, ...] = ("github", "gitlab")
RULES = ("*", "*.py", "/src/", "**/migrations/", "/src/*/api/**", "/src/shop/cart.py", "docs/*", "test_*.py")
PATHS = (
    "README.md",
    "src/shop/cart.py",
    "src/a/api/b/c.js",
    "x/migrations/1.sql",
    "docs/a",
    "docs/a/b",
    "lib/test_a.py",
)


def test_the_last_matching_rule_wins_whatever_its_kind() -> None:
    index = index_of(RULES)
    assert [winner(index, path) for path in PATHS] == [0, 5, 4, 3, 6, 0, 7]


def test_a_path_that_no_rule_matches_has_none() -> None:
    assert index_of(["/src/", "*.js"]).find("lib/a.py") is None
    assert index_of([]).find("a") is None


def test_every_matching_rule_is_told_in_order_also_those_that_never_win() -> None:
    index = index_of(["*", "/src/", "/src/", "src/**", "*.py", "/src/a.py", "/lib/", "/src/*"])
    assert [rule.number for rule in index.find_all("src/a.py")] == [0, 1, 2, 3, 4, 5, 7]


@given(st.lists(shapes.patterns(), max_size=20), shapes.paths, st.sampled_from(DIALECTS))
def test_the_winner_is_the_last_of_all_that_match(patterns: list[str], path: str, dialect: Dialect) -> None:
    index = index_of(patterns, dialect=dialect)
    alone = [number for number, pattern in enumerate(patterns) if index_of([pattern], dialect=dialect).find(path)]
    assert [rule.number for rule in index.find_all(path)] == alone
    found = index.find_all(path)
    assert index.find(path) == (found[-1] if found else None)


@given(st.lists(shapes.patterns(), max_size=20), st.lists(shapes.paths, max_size=10), st.text())
def test_no_path_is_refused(patterns: list[str], paths: list[str], odd: str) -> None:
    index = index_of(patterns)
    for path in (*paths, odd, "", "/", "//", f"/{odd}", f"{odd}/", f"{odd}//{odd}"):
        assert index.find(path) == (index.find_all(path) or (None,))[-1]


def test_one_slash_at_the_beginning_of_a_path_is_passed_over() -> None:
    for path in PATHS:
        index = index_of(RULES)
        assert [winner(index, f"/{path}"), winner(index, path)] == [winner(index_of(RULES), path)] * 2


def test_an_index_survives_pickling() -> None:
    index = index_of(RULES)
    index.find("src/shop/cart.py")
    copy = pickle.loads(pickle.dumps(index))
    assert copy == index
    assert [winner(copy, path) for path in PATHS] == [winner(index, path) for path in PATHS]


def test_threads_share_an_index_that_forgets_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths_module, "_REMEMBERED", 5)
    source = random.Random(7)
    names = ("src", "lib", "api", "migrations", "test_a.py", "a.js")
    paths = ["/".join(source.choices(names, k=source.randint(1, 6))) for _ in range(2_000)]
    expected = [winner(index_of(RULES), path) for path in paths]
    index = index_of(RULES)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: [winner(index, path) for path in paths], range(8)))
    assert answers == [expected] * 8


def test_forks_share_an_index() -> None:
    index = index_of(RULES)
    expected = [winner(index, path) for path in PATHS]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.starmap(winner, [(index, path) for path in PATHS]) == expected


def test_what_an_index_remembers_of_paths_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths_module, "_REMEMBERED", 50)
    index = index_of(RULES)
    for number in range(1_000):
        index.find(f"src/dir{number}/api/deep{number}/a.py")
    for number in range(1_000):
        index.find(f"lib/{'/'.join(f'{number:03}')}/a.py")
        index.find(f"src/{number}/{'deep/' * 200}a.py")
    memory = index._memory
    # The directories around one come with it.
    assert len(memory.places) <= 50 + 5
    assert len(memory.states) <= 50 + 200


@pytest.mark.parametrize(
    "pattern",
    [
        "/".join(["**", "a"] * 300),
        "/".join(["*"] * 20_000),
        "**/" * 20_000 + "a",
        "a/" * 20_000,
        "*a" * 10_000,
        "?" * 20_000,
    ],
)
def test_an_absurd_pattern_is_compiled_and_matched_in_linear_time(pattern: str) -> None:
    index = index_of([pattern, "b"])
    for path in ("a/" * 2_000 + "a", "a" * 20_000, "b"):
        found = index.find_all(path)
        assert index.find(path) == (found[-1] if found else None)


def test_thousands_of_rules_that_share_names_are_kept_apart() -> None:
    patterns = [f"/src/*/team{number}/**" for number in range(3_000)] + [f"*_x{number}.py" for number in range(3_000)]
    index: PathIndex[Numbered] = index_of(patterns)
    assert winner(index, "src/a/team2999/b/c.txt") == 2_999
    assert winner(index, "src/a/team7/b_x41.py") == 3_041
