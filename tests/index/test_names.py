from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.index import shapes
from whose.index.globs import parse_glob
from whose.index.name_table import NameTable
from whose.index.names import NameGlob


def name_glob(pattern: str) -> NameGlob | None:
    glob = parse_glob(f"/{pattern}")
    return glob.segments[0] if glob and glob.segments and isinstance(glob.segments[0], NameGlob) else None


@given(st.lists(shapes.segments, max_size=40), st.lists(shapes.names, min_size=1, max_size=20))
def test_many_globs_at_once_match_as_each_one_alone(patterns: list[str], names: list[str]) -> None:
    globs = list(dict.fromkeys(glob for pattern in patterns if (glob := name_glob(pattern)) is not None))
    table = NameTable([(glob, number, number) for number, glob in enumerate(globs)])
    for name in names:
        alone = [number for number, glob in enumerate(globs) if glob.matches(name)]
        assert sorted(table.matching(name, -1)) == alone
        half = len(globs) // 2
        assert [number for number in sorted(table.matching(name, half)) if number > half] == [
            number for number in alone if number > half
        ]


def test_a_glob_with_many_stars_is_not_catastrophic() -> None:
    glob = name_glob("*a" * 200 + "*b")
    assert glob is not None
    assert not glob.matches("a" * 20_000)
    assert glob.matches("a" * 20_000 + "b")
