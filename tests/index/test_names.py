from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tests.index import shapes
from whose.index.globs import parse_glob
from whose.index.name_table import NameTable
from whose.index.names import NameGlob


def name_glob(pattern: str) -> NameGlob | None:
    glob = parse_glob(f"/{pattern}")
    return glob.segments[0] if glob and glob.segments and isinstance(glob.segments[0], NameGlob) else None


class End(NamedTuple):
    """What a glob leads to: the number of a rule."""

    itself: int


@given(st.lists(shapes.segments, max_size=40), st.lists(shapes.names, min_size=1, max_size=20))
def test_many_globs_at_once_match_as_each_one_alone(patterns: list[str], names: list[str]) -> None:
    globs = list(dict.fromkeys(glob for pattern in patterns if (glob := name_glob(pattern)) is not None))
    table = NameTable([(glob, End(number), number) for number, glob in enumerate(globs)])
    half = len(globs) // 2
    for name in names:
        alone = [End(number) for number, glob in enumerate(globs) if glob.matches(name)]
        assert sorted(table.matching(name, -1)) == alone
        late = [end for end in sorted(table.matching(name, half)) if end.itself > half]
        assert late == [end for end in alone if end.itself > half]
        for anchors in (table.anywhere, table.by_extension.get(name[name.rfind(".") :])):
            if anchors is not None:
                assert anchors.best(name, half) == max([half, *(end.itself for end in anchors.matching(name))])


def test_a_glob_with_many_stars_is_not_catastrophic() -> None:
    glob = name_glob("*a" * 200 + "*b")
    assert glob is not None
    assert not glob.matches("a" * 20_000)
    assert glob.matches("a" * 20_000 + "b")
