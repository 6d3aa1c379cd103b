"""Finds the files of a repository that the frames of another machine's traceback mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from whose.config import Root

#: Why a frame is none of the repository's.
GENERATED = "generated code"
STANDARD_LIBRARY = "standard library"
INSTALLED = "installed package"
AMBIGUOUS = "several files could be meant"
ELSEWHERE = "not in this repository"

_PACKAGES = re.compile(r"(?:^|/)(?:site|dist)-packages/")
_LIBRARY = re.compile(
    r"(?:^|/)lib(?:32|64)?/(?:python|pypy)\d(?:\.\d+)?/|/python\d*(?:\.\d+)?/lib/|/python\d+\.zip/", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a frame's file lies: its path in the repository, or the reason for having none."""

    path: str | None
    reason: str = ""


def locate(
    files: Iterable[str], paths: Iterable[str], *, root: Path, roots: Iterable[Root] = ()
) -> Mapping[str, Location]:
    """Return the location of each file that the frames of one machine name.

    ``paths`` are the files of the repository at ``root``; ``roots`` may say where production keeps its folders. Where
    nothing says so, a frame means the file that shares the longest end with it, if that end begins where imports
    begin; the frames of which this is certain then tell for the others.
    """
    names = {file: _normal(file) for file in files}
    wanted = {PurePosixPath(name).name for name in names.values()}
    known = frozenset(paths)
    by_name: dict[str, list[str]] = {}
    for path in known:
        name = path.rpartition("/")[2]
        if name in wanted:
            by_name.setdefault(name, []).append(path)
    locator = _Locator(known, by_name, _normal(str(root)), tuple(roots))
    found = {file: locator.certain(name) for file, name in names.items()}
    return {file: location or locator.likely(names[file]) for file, location in found.items()}


def _normal(file: str) -> str:
    return re.sub(r"^[A-Za-z]:", "", file.replace("\\", "/"))


class _Locator:
    """Learns, frame by frame, which folder there is which folder here."""

    def __init__(
        self, known: frozenset[str], by_name: Mapping[str, list[str]], root: str, roots: tuple[Root, ...]
    ) -> None:
        self.known = known
        self.by_name = by_name
        self.root = root.rstrip("/") + "/"
        self.roots = roots
        #: How often a folder of the other machine was seen to be a folder of the repository.
        self.seen: Counter[tuple[str, str]] = Counter()

    def certain(self, name: str) -> Location | None:
        """Return where a file lies if that can be said without looking at the others."""
        if name.startswith("<"):
            return Location(None, GENERATED)
        relative = name.removeprefix(self.root).removeprefix("./")
        if relative in self.known:
            return Location(relative)
        for root in self.roots:
            if root.deployed and name.startswith(f"{root.deployed.rstrip('/')}/"):
                inside = name[len(root.deployed.rstrip("/")) + 1 :]
                path = f"{root.folder}/{inside}" if root.folder else inside
                if path in self.known:
                    return Location(path)
        installed = _PACKAGES.search(name)
        if installed is not None:
            inside = name[installed.end() :]
            matches = [folder for folder, end in self._candidates(inside) if end == inside]
            return Location(_joined(matches[0], inside)) if len(matches) == 1 else Location(None, INSTALLED)
        if _LIBRARY.search(name):
            return Location(None, STANDARD_LIBRARY)
        best = self._longest(name)
        if len(best) == 1 and "/" in best[0][1]:
            folder, end = best[0]
            self.seen[name.removesuffix(end), folder] += 1
            return Location(_joined(folder, end))
        return None

    def likely(self, name: str) -> Location:
        """Return where a file lies, given what the other frames have taught."""
        best = self._longest(name)
        for (there, here), _ in self.seen.most_common():
            if name.startswith(there) and (path := _joined(here, name[len(there) :])) in self.known:
                return Location(path)
        return Location(None, AMBIGUOUS if len(best) > 1 and "/" in best[0][1] else ELSEWHERE)

    def _longest(self, name: str) -> list[tuple[str, str]]:
        candidates = self._candidates(name)
        longest = max((len(end) for _, end in candidates), default=0)
        return [candidate for candidate in candidates if len(candidate[1]) == longest]

    def _candidates(self, name: str) -> list[tuple[str, str]]:
        """Return folder and path inside it of each file that shares an end with a name, none of whose folders is cut.

        What imports name begins below a folder that is no package; an end that begins inside one is an accident.
        """
        parts = name.split("/")
        found = []
        for path in self.by_name.get(parts[-1], ()):
            steps = path.split("/")
            shared = 0
            while shared < min(len(steps), len(parts)) and steps[-1 - shared] == parts[-1 - shared]:
                shared += 1
            folder = "/".join(steps[: len(steps) - shared])
            if not folder or f"{folder}/__init__.py" not in self.known:
                found.append((folder, "/".join(steps[len(steps) - shared :])))
        return found


def _joined(folder: str, inside: str) -> str:
    return f"{folder}/{inside}" if folder else inside


def installed_module(file: str) -> str | None:
    """Return the dotted name of a module by its place among installed packages.

    >>> installed_module("/usr/lib/python3/dist-packages/celery/app/trace.py")
    'celery.app.trace'
    """
    name = _normal(file)
    found = _PACKAGES.search(name)
    if found is None:
        return None
    return name[found.end() :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
