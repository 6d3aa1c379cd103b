"""Waiting for modules that a program may import later, or never."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from whose.imports import ImportWatch

NAME = "awaited_module"


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / f"{NAME}.py"
    file.write_text("value = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield file
    sys.modules.pop(NAME, None)


@pytest.fixture
def told() -> Iterator[list[ModuleType]]:
    """What a watch for the module tells, as long as the test runs."""
    heard: list[ModuleType] = []
    watch = ImportWatch({NAME: heard.append})
    watch.begin()
    yield heard
    watch.end()
    assert watch not in sys.meta_path


def test_a_module_is_told_once_it_has_run(told: list[ModuleType]) -> None:
    assert told == []
    module = importlib.import_module(NAME)
    assert told == [module]
    assert vars(module)["value"] == 7
    importlib.reload(module)
    assert told == [module]


def test_a_module_that_is_there_already_is_told_at_once() -> None:
    heard: list[ModuleType] = []
    module = importlib.import_module(NAME)
    watch = ImportWatch({NAME: heard.append})
    watch.begin()
    watch.end()
    assert heard == [module]


def test_asking_whether_there_is_such_a_module_uses_nothing_up(told: list[ModuleType]) -> None:
    assert importlib.util.find_spec(NAME) is not None
    assert told == []
    module = importlib.import_module(NAME)
    assert told == [module]


def test_an_import_that_fails_is_told_when_it_succeeds(told: list[ModuleType], module: Path) -> None:
    module.write_text("raise ImportError('not today')\n")
    with pytest.raises(ImportError, match="not today"):
        importlib.import_module(NAME)
    assert told == []
    module.write_text("value = 'grown since'\n")
    importlib.invalidate_caches()
    importlib.import_module(NAME)
    assert [vars(one)["value"] for one in told] == ["grown since"]


def test_two_that_wait_for_the_same_are_both_told(told: list[ModuleType]) -> None:
    heard: list[ModuleType] = []
    other = ImportWatch({NAME: heard.append})
    other.begin()
    try:
        importlib.import_module(NAME)
    finally:
        other.end()
    assert told == heard == [sys.modules[NAME]]


def test_the_module_has_the_loader_that_it_has_without_us(told: list[ModuleType], module: Path) -> None:
    # Agents that other tests have loaded may have put loaders of their own around.
    module.with_name("unawaited_module.py").write_text("value = 7\n")
    expected, found = (importlib.import_module(name) for name in ("unawaited_module", NAME))
    sys.modules.pop("unawaited_module")
    assert found.__spec__ is not None
    assert expected.__spec__ is not None
    assert type(found.__spec__.loader) is type(expected.__spec__.loader)
    assert type(found.__loader__) is type(expected.__loader__)
    assert told == [found]


def test_a_module_that_is_not_there_stays_away(told: list[ModuleType], module: Path) -> None:
    module.unlink()
    importlib.invalidate_caches()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(NAME)


def test_nothing_is_told_after_the_end() -> None:
    heard: list[ModuleType] = []
    watch = ImportWatch({NAME: heard.append})
    watch.begin()
    watch.end()
    importlib.import_module(NAME)
    assert heard == []
