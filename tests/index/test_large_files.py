from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.repositories import SHAPES, made_codeowners, made_repository
from tests.index.matching import Git, index_of, reference_regex, winner
from whose.sources.codeowners import parse_codeowners

REPOSITORY = made_repository(seed=3, directories=2_000, files=20_000)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_file_has_the_winners_that_git_and_the_reference_have(shape: str, tmp_path: Path) -> None:
    parsed = parse_codeowners(
        made_codeowners(REPOSITORY, seed=5, rules=3_000, shape=shape), file="CODEOWNERS", dialect="github"
    )
    assert parsed.problems == ()
    patterns = [line.pattern for line in parsed.rules]
    assert len(patterns) == 3_000
    paths = random.Random(1).sample(REPOSITORY.files, 500)
    index = index_of(patterns)
    ours = [winner(index, path) for path in paths]
    assert len(set(ours)) > 150
    assert ours == Git(tmp_path).winners([patterns], paths)[0]
    regexes = [reference_regex(pattern) for pattern in patterns]
    for path in paths[:100]:
        matching = [number for number, regex in enumerate(regexes) if regex is not None and regex.match(path)]
        assert [rule.number for rule in index.find_all(path)] == matching


def test_the_same_seed_makes_the_same_file() -> None:
    again = made_repository(seed=3, directories=2_000, files=20_000)
    assert again == REPOSITORY
    assert made_codeowners(again, seed=5, rules=500) == made_codeowners(REPOSITORY, seed=5, rules=500)
