"""Finds the shop that the demo runs, and makes a copy of it that may be written to."""

from __future__ import annotations

import importlib.util
import shutil
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Protocol

from whose.demo.failure import DemoFailed

#: In a wheel the shop lies beside this file (pyproject.toml, force-include), in a checkout among the examples.
PLACES = (Path(__file__).parent / "project", Path(__file__).parents[3] / "examples" / "shop")


class Request(Protocol):
    """What the shop's list of traffic says of one request."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> Mapping[str, object] | None: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Project:
    """The shop in a folder of the demo's own."""

    folder: Path
    #: Teams in the order in which the shop's whose.toml lists them.
    teams: tuple[str, ...]
    #: Returns the requests of a round, counted from 0; round 0 reaches every view and every task.
    requests_for: Callable[[int], Sequence[Request]]

    @property
    def expected(self) -> Path:
        """Return the file in which the shop's people say what they expect."""
        return self.folder / "expected.toml"


def find_project(places: Sequence[Path] = PLACES) -> Path:
    """Return the folder of the shop.

    Raises:
        DemoFailed: neither a wheel's nor a checkout's place has it.

    """
    for place in places:
        if (place / "whose.toml").is_file():
            return place
    looked = " or ".join(str(place) for place in places)
    raise DemoFailed(f"the demo's shop is not in {looked}", mend="install whose anew, or run it from a full checkout")


def copy_project(source: Path, target: Path) -> Project:
    """Copy the shop into ``target`` and return it.

    It never runs where it was found: that may be read-only, and below site-packages it would count as third-party code,
    which no shop of anybody's is.
    """
    left_out = shutil.ignore_patterns("__pycache__", "*.sqlite3*", ".*", "celerybeat-schedule*")
    shutil.copytree(source, target, ignore=left_out)
    configured = tomllib.loads((target / "whose.toml").read_text(encoding="utf-8"))
    teams = configured["tool"]["whose"]["mappings"] if "tool" in configured else configured["mappings"]
    return Project(target, teams=tuple(teams), requests_for=_load(target / "traffic.py").requests_for)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"whose_demo_{path.stem}", path)
    if not isinstance(spec, ModuleSpec) or spec.loader is None:
        raise DemoFailed(f"{path} is no Python module", mend="install whose anew")
    module = importlib.util.module_from_spec(spec)
    # Not below its own name: the demo must not make `import traffic` work in its own process.
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
