"""What a running program's code is judged by: its module, its files, the name of its task."""

from __future__ import annotations

import importlib.util
import logging
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import whose
from tests.trees import write_tree
from whose.errors import MissingExtraError
from whose.runtime import active
from whose.testing import installed


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository the working directory, its module ``shop_subject`` imported."""
    tree = write_tree(tmp_path, {"shop_subject.py": "def add(): ...\n", "CODEOWNERS": "/shop_subject.py @org/red\n"})
    monkeypatch.chdir(tree)
    monkeypatch.syspath_prepend(str(tree))
    monkeypatch.setitem(sys.modules, "shop_subject", None)
    del sys.modules["shop_subject"]
    return tree


def module() -> ModuleType:
    return importlib.import_module("shop_subject")


def test_a_running_function_has_the_owner_of_its_path(shop: Path) -> None:
    with installed({"codeowners": True}):
        ownership = whose.owner_of(module().add)
    assert ownership.team is not None
    assert (ownership.team.name, ownership.path, ownership.source) == ("red", "shop_subject.py", "codeowners")


def test_a_module_is_looked_at_once(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed({"codeowners": True, "nearby": True, "team_comments": True}):
        first = whose.owner_of(module().add)

        def no_files(*_: Any, **__: Any) -> None:
            raise AssertionError("a file was looked at")

        monkeypatch.setattr("os.path.realpath", no_files)
        monkeypatch.setattr("builtins.open", no_files)
        assert whose.owner_of(module().add) == first
        assert active().attributor.resolver.owner_of_entry(module().add) == first


def test_threads_get_the_same_answers(shop: Path) -> None:
    with installed({"codeowners": True, "nearby": True}), ThreadPoolExecutor(8) as pool:
        owners = {str(ownership) for ownership in pool.map(whose.owner_of, [module().add] * 200)}
    assert owners == {"shop_subject is owned by red: codeowners rule '/shop_subject.py' at CODEOWNERS:1"}


def test_a_copy_of_the_index_in_another_process_gives_the_same_answers(shop: Path) -> None:
    with installed({"codeowners": True}):
        index = active().index
        subject = active().attributor.resolver.subject_of_module(module().__name__)
        assert pickle.loads(pickle.dumps(index)).owner_of(subject) == index.owner_of(subject)


def test_the_name_of_a_task_counts_last(shop: Path) -> None:
    with installed({"tasks": {"reports.*": "team-tasks"}, "mappings": {"team-map": ["mapped"]}}):
        attributor = active().attributor

        def owner(thing: str, name: str, kind: str = "task") -> str | None:
            team = attributor.entrance(thing, kind=kind, name=name).ownership.team
            return team.name if team is not None else None

        assert owner("nowhere.run", "reports.nightly") == "team-tasks"
        assert owner("mapped.run", "reports.nightly") == "team-map"
        assert owner("nowhere.run", "other.nightly") is None
        assert owner("nowhere.run", "reports.nightly", kind="command") is None


def test_a_frame_in_code_that_a_path_makes_transparent_is_passed_over(shop: Path) -> None:
    write_tree(shop, {"shop_subject.py": "def loop(call):\n    call()\n"})
    with installed({"transparent": ["/shop_subject.py"], "mappings": {"team": [__name__, "shop_subject"]}}):

        def fail() -> None:
            raise LookupError

        with pytest.raises(LookupError) as raised:
            module().loop(fail)
        assert whose.owner_of(raised.value).module == __name__
        with pytest.raises(TypeError) as shallow:
            module().loop(None)
        assert whose.owner_of(shallow.value).module == __name__


def test_what_is_wrong_with_a_file_next_to_the_code_is_logged(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    (shop / "OWNERS").write_bytes(b"\xff")
    with caplog.at_level(logging.WARNING, "whose"), installed({"nearby": True}):
        assert whose.owner_of(module().add).team is None
        assert whose.owner_of(module()).team is None
    assert [record.getMessage() for record in caplog.records] == ["whose: OWNERS: is not UTF-8; save the file as UTF-8"]


def test_owners_yaml_asked_for_by_name_needs_pyyaml(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "yaml" else real(name, *rest))
    with pytest.raises(MissingExtraError, match=r'pip install "whose\[yaml\]"'), installed({"nearby": ["owners.yaml"]}):
        pass
    with installed({"nearby": True}):
        assert whose.owner_of(module().add).team is None


def test_a_broken_file_of_rules_leaves_what_was_installed(shop: Path) -> None:
    write_tree(shop, {"owners.json": "{"})
    with installed({"codeowners": True}):
        with pytest.raises(whose.ConfigurationError, match=r"owners\.json:1: is not JSON"):
            whose.install({"mapping_files": ["owners.json"]})
        assert whose.owner_of(module().add).is_owned
