"""The examples in docstrings are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import whose

#: Adapters import frameworks that want settings first; what they document is tested beside them.
MODULES = [
    found.name
    for found in pkgutil.walk_packages(whose.__path__, "whose.")
    if not found.name.startswith(("whose.hosts.", "whose.sinks.", "whose.demo.project", "whose.demo.launch"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 8
