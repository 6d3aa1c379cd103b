"""Lists the files of a repository: what git knows and does not ignore, or, without git, what lies in the folder."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from whose.errors import WhoseError

#: Folders that hold no code of the repository's own; looked at only where there is no git to ask.
_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".jj", ".venv", ".tox", ".nox", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"}
)
_SYMLINK = "120000"
_SUBMODULE = "160000"


class RepositoryError(WhoseError):
    """Raised when a repository, or what it is asked for, cannot be read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository, sorted; paths are relative to its root, with ``/``."""

    root: Path
    paths: tuple[str, ...]
    #: Those among them that are symbolic links; they are never followed, so no cycle of them can trap us.
    symlinks: frozenset[str] = frozenset()
    #: Folders that hold another repository.
    submodules: tuple[str, ...] = ()
    #: Folders that could not be read, each with the reason.
    unreadable: tuple[str, ...] = ()
    #: Whether git told what there is.
    is_git: bool = True


def list_files(root: Path) -> Listing:
    """Return the files of a repository: those that git tracks or would track, and that are there.

    Raises:
        RepositoryError: there is no such folder, it cannot be read, or git refuses to answer.

    """
    if not root.is_dir():
        raise RepositoryError(f"{root}: there is no such folder; name the top folder of the repository")
    if any((folder / ".git").exists() for folder in (root, *root.parents)):
        try:
            listing = _listed_by_git(root)
        except FileNotFoundError:
            return _walked(root)  # a repository, but no git on this machine
        # Where git knows nothing of a folder, it lies in somebody else's repository, which ignores it.
        if listing.paths or (root / ".git").exists():
            return listing
    return _walked(root)


def run_git(root: Path, *arguments: str, stdin: bytes | None = None, optional: bool = False) -> bytes:
    """Return what a git command prints; where the answer is ``optional``, it may be that there is none.

    Raises:
        FileNotFoundError: git is not installed.
        RepositoryError: git failed; the message is its own.

    """
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603 - the arguments are a list, and no shell reads them
        ["git", "-C", os.fspath(root), *arguments],  # noqa: S607 - whichever git the user has
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0 and not (optional and done.returncode == 1):
        said = (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit {done.returncode}"])[0]
        # The usual trouble in containers, where the clone belongs to another user.
        mend = f"; git config --global --add safe.directory '{root}' trusts it" if "dubious ownership" in said else ""
        raise RepositoryError(f"{root}: git {arguments[0]} failed: {said}{mend}")
    return done.stdout


def _listed_by_git(root: Path) -> Listing:
    kinds = ("--cached", "--deleted", "--others", "--exclude-standard")
    entries = os.fsdecode(run_git(root, "ls-files", "-z", "-t", "--stage", *kinds)).split("\0")
    paths: dict[str, None] = {}
    submodules: dict[str, None] = {}
    symlinks = set()
    for entry in entries[:-1]:
        # A tag and a space; then, of what git tracks, "mode object stage TAB" before the name (git-ls-files(1)).
        tag = entry[0]
        if tag == "?":
            path = entry[2:]
            mode = _SUBMODULE if path.endswith("/") else _SYMLINK if os.path.islink(f"{root}/{path}") else ""
        else:
            path = entry[entry.index("\t") + 1 :]
            mode = entry[2:8]
        if tag == "R" or (tag == "S" and not os.path.lexists(f"{root}/{path}")):
            # Gone; or left out by a sparse checkout. What is gone has been told as tracked right before.
            paths.pop(path, None)
            submodules.pop(path, None)
        elif mode == _SUBMODULE:
            submodules[path.rstrip("/")] = None
        else:
            paths[path] = None
            if mode == _SYMLINK:
                symlinks.add(path)
    return Listing(root, tuple(sorted(paths)), frozenset(symlinks & paths.keys()), tuple(sorted(submodules)))


def _walked(root: Path) -> Listing:
    paths: list[str] = []
    symlinks: set[str] = set()
    unreadable: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError as error:
            if not folder:
                raise RepositoryError(f"{root}: cannot be read ({error.strerror})") from error
            unreadable.append(f"{folder}: {error.strerror}")
            continue
        for entry in entries:
            path = f"{folder}{entry.name}"
            if entry.is_symlink():
                symlinks.add(path)
                paths.append(path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    waiting.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False):
                paths.append(path)
    return Listing(root, tuple(sorted(paths)), frozenset(symlinks), (), tuple(sorted(unreadable)), is_git=False)
