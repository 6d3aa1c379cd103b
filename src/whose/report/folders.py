"""Sums files up by the folders that they lie in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def fullest_folders(paths: Iterable[str]) -> list[tuple[str, int]]:
    """Return the folders that hold the files, the fullest first, none of them below another in the list."""
    counts = Counter(path.rpartition("/")[0] for path in paths)
    tops: Counter[str] = Counter()
    for folder, count in counts.items():
        top = folder
        above = folder
        while above:
            above = above.rpartition("/")[0]
            if above in counts and above:
                top = above
        tops[f"{top}/" if top else "./"] += count
    return tops.most_common()
