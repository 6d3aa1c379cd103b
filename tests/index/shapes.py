"""Patterns and paths for property-based tests, small enough in their alphabet to meet often."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = (
    "a",
    "b",
    "ab",
    "abc",
    "a.py",
    "b.py",
    "test_a.py",
    ".a",
    "a b",
    "é",
    "aé",
    "a+b",
    "(a|b)",
    "a.b.py",
    "*",
    "x-1",
)
GLOBS = (
    *(
        "*",
        "**",
        "***",
        "?",
        "??",
        "a*",
        "*b",
        "*.py",
        "test_*",
        "test_*.py",
        "?b",
        "*a*",
        "*a*b*",
        "a**",
        "**b",
        "a?b",
    ),
    *("*.*", "*?", "?*", "*.b.py", "*aa*", "a\\*", "\\*", "a\\ b", "\\a", "*\\b", "é*", "*é", ".*", "*abc*", "*abc*b*"),
)

names = st.sampled_from(NAMES) | st.text("ab.py é", min_size=1, max_size=5).filter(lambda name: name.strip("."))
paths = st.lists(names, min_size=1, max_size=5).map("/".join)
segments = st.sampled_from(NAMES[:-2]) | st.sampled_from(GLOBS) | st.text("ab.*?é \\", min_size=1, max_size=5)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    body = "/".join(draw(st.lists(segments, min_size=1, max_size=4)))
    return f"{draw(st.sampled_from(['', '', '/']))}{body}{draw(st.sampled_from(['', '', '/', '/**', '/*']))}"
