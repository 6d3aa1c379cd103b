from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.index import shapes
from tests.index.matching import (
    Git,
    ends_in_dangling_backslash,
    index_of,
    pathspec_winners,
    reference_regex,
    winner,
)

DOCS = Path(__file__).parents[2] / "docs" / "sources" / "codeowners.md"
# What fails is named by its pattern and path already; shrinking would start git thousands of times.
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
MANY = settings(FEW, max_examples=900, derandomize=False)

rule_sets = st.lists(shapes.patterns(), min_size=12, max_size=24)
path_sets = st.lists(shapes.paths, min_size=18, max_size=30)


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    return Git(tmp_path_factory.mktemp("repository"))


def differs_from_git(pattern: str, path: str) -> str | None:
    """Return the row of the documentation's table that explains why git may answer otherwise."""
    if "?" in pattern and not path.isascii():
        return "`?` and a character beyond ASCII"
    if "/" in pattern and re.match(r"/?[^*?\\]*[^*?\\/]\*\*+(/|$)", pattern):
        return "`**` right behind plain text, as in `/a**/b`"
    if pattern.startswith("\\/"):
        return "`\\/`"
    return None


def differs_from_pathspec(pattern: str, path: str) -> str | None:
    """Return the row of the documentation's table that explains why pathspec may answer otherwise."""
    if any(len(name) > 2 and not name.strip("*") for name in pattern.split("/")):
        return "`***` as a whole name"
    if pattern.endswith("/") and not pattern.strip("*/"):
        return "`/`, `**/`, `*/**/`"
    return None


def compare_with_git(git: Git, patterns: list[str], paths: list[str], seen: Counter[str]) -> None:
    answers = git.winners([patterns, *([pattern] for pattern in patterns)], paths)
    whole = index_of(patterns)
    for path, expected in zip(paths, answers[0], strict=True):
        if not any(differs_from_git(pattern, path) for pattern in patterns):
            assert winner(whole, path) == expected, (patterns, path)
    for pattern, expected_alone in zip(patterns, answers[1:], strict=True):
        alone = index_of([pattern])
        for path, expected in zip(paths, expected_alone, strict=True):
            row = differs_from_git(pattern, path)
            seen[row or ("matched" if expected == 0 else "not matched")] += 1
            if row is None:
                assert winner(alone, path) == expected, (pattern, path)


def compare_with_reference(patterns: list[str], paths: list[str], seen: Counter[str]) -> None:
    whole = index_of(patterns)
    regexes = [reference_regex(pattern) for pattern in patterns]
    for path in paths:
        matching = [number for number, regex in enumerate(regexes) if regex is not None and regex.match(path)]
        assert [rule.number for rule in whole.find_all(path)] == matching, (patterns, path)
        assert winner(whole, path) == (matching[-1] if matching else None), (patterns, path)
        seen["matched"] += len(matching)
        seen["not matched"] += len(patterns) - len(matching)


def compare_with_pathspec(patterns: list[str], paths: list[str], seen: Counter[str]) -> None:
    patterns = [
        pattern
        for pattern in patterns
        # A line of gitignore cannot end in a space, and pathspec refuses to escape a slash or nothing.
        if pattern.rstrip() == pattern and not ends_in_dangling_backslash(pattern) and "\\/" not in pattern
    ]
    whole = index_of(patterns)
    explained = [pattern for pattern in patterns if differs_from_pathspec(pattern, "")]
    if not explained:
        for path, expected in zip(paths, pathspec_winners(patterns, paths), strict=True):
            assert winner(whole, path) == expected, (patterns, path)
    for pattern in patterns:
        alone = index_of([pattern])
        for path, expected in zip(paths, pathspec_winners([pattern], paths), strict=True):
            row = differs_from_pathspec(pattern, path)
            seen[row or ("matched" if expected == 0 else "not matched")] += 1
            if row is None:
                assert winner(alone, path) == expected, (pattern, path)


def test_the_last_matching_rule_is_the_one_that_git_takes(git: Git) -> None:
    seen: Counter[str] = Counter()

    @FEW
    @given(rule_sets, path_sets)
    def agree(patterns: list[str], paths: list[str]) -> None:
        compare_with_git(git, patterns, paths, seen)

    agree()
    assert seen["matched"] > 500


def test_the_last_matching_rule_is_the_one_of_the_reference() -> None:
    seen: Counter[str] = Counter()

    @FEW
    @given(rule_sets, path_sets)
    def agree(patterns: list[str], paths: list[str]) -> None:
        compare_with_reference(patterns, paths, seen)

    agree()
    assert seen["matched"] > 500


def test_the_last_matching_rule_is_the_one_that_pathspec_takes() -> None:
    seen: Counter[str] = Counter()

    @FEW
    @given(rule_sets, path_sets)
    def agree(patterns: list[str], paths: list[str]) -> None:
        compare_with_pathspec(patterns, paths, seen)

    agree()
    assert seen["matched"] > 500


@pytest.mark.slow
def test_git_reference_and_pathspec_agree_on_200_000_pairs_each(git: Git) -> None:
    by_git: Counter[str] = Counter()
    by_reference: Counter[str] = Counter()
    by_pathspec: Counter[str] = Counter()

    @MANY
    @given(rule_sets, path_sets)
    def agree(patterns: list[str], paths: list[str]) -> None:
        compare_with_git(git, patterns, paths, by_git)
        compare_with_reference(patterns, paths, by_reference)
        compare_with_pathspec(patterns, paths, by_pathspec)

    agree()
    for seen in (by_git, by_reference, by_pathspec):
        print(dict(seen))
        assert seen["matched"] + seen["not matched"] >= 200_000


@pytest.mark.parametrize(("pattern", "path"), [("?", "é"), ("/a**/b", "a/x/b"), ("\\/a", "a")])
def test_git_differs_as_the_documentation_says(git: Git, pattern: str, path: str) -> None:
    assert f"| {differs_from_git(pattern, path)} |" in DOCS.read_text(encoding="utf-8")
    assert git.winners([[pattern]], [path]) != [[winner(index_of([pattern]), path)]]


@pytest.mark.parametrize(("pattern", "path"), [("/***/b", "a/x/b"), ("**/", "a")])
def test_pathspec_differs_as_the_documentation_says(pattern: str, path: str) -> None:
    assert f"| {differs_from_pathspec(pattern, path)} |" in DOCS.read_text(encoding="utf-8")
    assert pathspec_winners([pattern], [path]) != [winner(index_of([pattern]), path)]
