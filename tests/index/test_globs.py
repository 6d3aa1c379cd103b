from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.index.matching import index_of

DATA = Path(__file__).parents[1] / "data" / "codeowners"
GITHUB = tomllib.loads((DATA / "github_patterns.toml").read_text(encoding="utf-8"))
GITLAB = [line.split("\t") for line in (DATA / "gitlab_patterns.tsv").read_text(encoding="utf-8").splitlines()]
GITLAB_PATHS = sorted({path for _, *matching in GITLAB for path in matching})


@pytest.mark.parametrize("pattern", GITHUB)
def test_a_github_pattern_matches_these_paths_and_not_those(pattern: str) -> None:
    index = index_of([pattern])
    expected = dict.fromkeys(GITHUB[pattern]["matches"], True) | dict.fromkeys(GITHUB[pattern]["others"], False)
    assert {path: index.find(path) is not None for path in expected} == expected


@pytest.mark.parametrize(("pattern", "matching"), [(pattern, matching) for pattern, *matching in GITLAB])
def test_a_gitlab_pattern_matches_what_ruby_says(pattern: str, matching: list[str]) -> None:
    index = index_of([pattern], dialect="gitlab")
    assert [path for path in GITLAB_PATHS if index.find(path)] == sorted(matching)
