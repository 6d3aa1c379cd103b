"""Finds the nearest ownership file above a file of code, reading each folder once, when it is first asked about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from whose.config.places import shown
from whose.errors import MissingExtraError, Problem
from whose.index.paths import PathIndex
from whose.model import Rule
from whose.sources.nearby import ALIAS_FILES, PARSERS, NearbyFile, Override
from whose.sources.roster import Roster

_YAML = "owners.yaml"
_MOST_FOLDERS = 65_536


class _Known(NamedTuple):
    """The ownership file of a folder."""

    folder: str
    file: NearbyFile
    overrides: PathIndex[Override] | None


class NearestFile:
    """Answers what the ownership file next to the code says, and remembers it by folder.

    In one folder the first of ``names`` counts. ``report`` is told what is wrong with a file, once.
    """

    def __init__(self, names: Sequence[str], roster: Roster, *, report: Callable[[Problem], None]) -> None:
        self._names = tuple(names)
        self._roster = roster
        self._report = report
        self._folders: dict[str, _Known | None] = {}
        #: By folder and top: what there is from the one to the other.
        self._ways_up: dict[tuple[str, str], tuple[_Known, ...]] = {}

    def rule_of(self, file: str, *, top: str) -> Rule | None:
        """Return the rule of the nearest ownership file, from the file's folder up to ``top``, or None.

        Folders are merged as the owners-yaml package does (SPEC.md, 4): one that leaves the owner open passes the
        question on to the one above it, unless it does not inherit.
        """
        folder = file[: file.rfind(os.sep)]
        way_up = self._ways_up.get((folder, top))
        if way_up is None:
            if len(self._ways_up) >= _MOST_FOLDERS:
                self._ways_up.clear()
            way_up = self._ways_up[folder, top] = tuple(self._way_up(folder, top))
        for known in way_up:
            found = known.file
            rule, inherits = found.rule, found.inherits
            if known.overrides is not None:
                for override in known.overrides.find_all(file[len(known.folder) + 1 :].replace(os.sep, "/")):
                    rule = override.rule if override.decides else rule
                    inherits = override.inherits if override.inherits is not None else inherits
            if rule is not None or not inherits:
                return rule
        return None

    def _way_up(self, folder: str, top: str) -> Iterator[_Known]:
        # This reads the top, where no alias counts, since its file is the one to name them.
        aliases = self._aliases(top)
        while folder == top or folder.startswith(top.rstrip(os.sep) + os.sep):
            known = self._known(folder, aliases)
            if known is not None:
                yield known
            if folder == top:
                break
            folder = os.path.dirname(folder)

    def _aliases(self, top: str) -> tuple[str, ...]:
        if _YAML not in self._names:
            return ()
        root = self._known(top, ())
        return root.file.alias_files if root is not None else ALIAS_FILES

    def _known(self, folder: str, aliases: tuple[str, ...]) -> _Known | None:
        if folder not in self._folders:
            if len(self._folders) >= _MOST_FOLDERS:
                self._folders.clear()
            found = self._read(folder, aliases)
            overrides = PathIndex.compiled(found.overrides) if found is not None and found.overrides else None
            self._folders[folder] = _Known(folder, found, overrides) if found is not None else None
        return self._folders[folder]

    def _read(self, folder: str, aliases: tuple[str, ...]) -> NearbyFile | None:
        for name in self._names:
            for spelling in (name, *aliases) if name == _YAML else (name,):
                path = os.path.join(folder, spelling)
                if os.path.isfile(path):
                    found = self._parsed(Path(path), name)
                    if found is not None and found.is_valid:
                        return found
        return None

    def _parsed(self, path: Path, name: str) -> NearbyFile | None:
        file = shown(path)
        try:
            found = PARSERS[name](path.read_text(encoding="utf-8-sig"), file, self._roster)
        except OSError as error:
            problem = Problem(file, f"cannot be read ({error.strerror})", "restore it", kind="unreadable_file")
        except UnicodeDecodeError:
            problem = Problem(file, "is not UTF-8", "save the file as UTF-8", kind="unreadable_file")
        except MissingExtraError as error:
            problem = Problem(file, str(error), "until then the file counts as absent", kind="unreadable_file")
        else:
            for problem in found.problems:
                self._report(problem)
            return found
        self._report(problem)
        return None
