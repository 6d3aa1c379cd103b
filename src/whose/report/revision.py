"""Reads a revision out of git's objects; nothing is checked out, and no working tree is made or touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from whose.report.files import RepositoryError, run_git

_FILES = (b"100644", b"100755", b"100664")


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit of a repository: its files, and what has become of them since."""

    #: The top folder of the clone, to which all paths are relative.
    top: Path
    name: str
    #: The object of each file; links and other repositories are not among them.
    objects: Mapping[str, str]
    #: The paths whose content is no longer what it was, those that are gone included.
    changed: frozenset[str]
    #: The path that a file had at the revision, by the one that it has now.
    moved: Mapping[str, str]

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Return the content that each path had at the revision."""
        wanted = [path for path in paths if path in self.objects]
        names = "".join(f"{self.objects[path]}\n" for path in wanted).encode()
        raw = run_git(self.top, "cat-file", "--batch", stdin=names)
        at = 0
        for path in wanted:
            end = raw.index(b"\n", at)
            # <object> SP <type> SP <size> LF <contents> LF, as git-cat-file(1) has it.
            size = int(raw[at:end].rpartition(b" ")[2])
            yield path, raw[end + 1 : end + 1 + size]
            at = end + 1 + size + 1


def open_revision(folder: Path, name: str) -> Revision:
    """Return a revision of the repository around a folder.

    Raises:
        RepositoryError: there is no repository, no git, or no such revision.

    """
    try:
        top = Path(os.fsdecode(run_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))
        run_git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except FileNotFoundError as error:
        raise RepositoryError("git is not installed here; without it there are no revisions to compare") from error
    except RepositoryError as error:
        if "--verify" in str(error) or "rev-parse failed: exit" in str(error):
            raise RepositoryError(f"{name}: there is no such revision in {folder}; 'git log' lists them") from error
        raise
    objects = {}
    for entry in run_git(top, "ls-tree", "-r", "-z", "--full-tree", f"{name}^{{commit}}").split(b"\0"):
        kind, _, path = entry.partition(b"\t")
        mode, *_ = kind.split(b" ")
        if mode in _FILES:
            objects[os.fsdecode(path)] = kind.split(b" ")[2].decode()
    changed, moved = _changes(top, name)
    return Revision(top, name, objects, changed, moved)


def _changes(top: Path, name: str) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return what differs between a revision and the working tree, and what was moved."""
    fields = run_git(
        top, "diff", "--name-status", "-z", "-M", "--no-ext-diff", "--ignore-submodules", f"{name}^{{commit}}", "--"
    ).split(b"\0")
    changed: set[str] = set()
    moved: dict[str, str] = {}
    at = 0
    while at < len(fields) - 1:
        is_pair = fields[at][:1] in (b"R", b"C")
        old = os.fsdecode(fields[at + 1])
        new = os.fsdecode(fields[at + 2]) if is_pair else old
        changed.update((old, new))
        if fields[at][:1] == b"R":
            moved[new] = old
        at += 3 if is_pair else 2
    return frozenset(changed), moved
