"""Finds the folders of a repository that imports start in, and by them the dotted name of a path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from whose.config import Root

#: What lies beside the code of a project, in a folder that imports start in.
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})


class ImportRoots:
    """Knows the folders of one repository that Python imports from; configured, or found by its packages."""

    def __init__(self, repository: Path, roots: Sequence[Root] = ()) -> None:
        self._repository = str(repository)
        self._named = sorted(((root.folder, root.package or "") for root in roots), key=lambda item: -len(item[0]))
        self._folders: dict[str, str | None] = {}
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}

    def module_of(self, path: str) -> str | None:
        """Return the dotted name of a file, or of the folder of one that is not Python's; None where it has none.

        The path is relative to the repository. A configured root tells; else the outermost package around the file
        begins the name, unless that lies in a namespace package below ``src``; else the name begins in the nearest
        folder around it that holds a project.
        """
        folder, _, file = path.rpartition("/")
        dotted = self._folder(folder)
        if dotted is None or not file.endswith(".py"):
            return dotted or None
        module = file.removesuffix(".py")
        if module == "__init__":
            return dotted or None
        return f"{dotted}.{module}" if dotted else module

    def found(self) -> Iterator[str]:
        """Yield the folders in which the outermost packages of the repository lie; looks at all its folders."""
        for folder, folders, files in os.walk(self._repository):
            if "__init__.py" in files:
                if folder != self._repository:
                    yield os.path.relpath(os.path.dirname(folder), self._repository).replace(os.sep, "/")
                folders.clear()
            folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]

    def _folder(self, folder: str) -> str | None:
        """Return the dotted name of a folder, empty for one that imports start in; None where it has none."""
        if folder not in self._folders:
            self._folders[folder] = self._named_folder(folder) if self._named else self._found_folder(folder)
        return self._folders[folder]

    def _named_folder(self, folder: str) -> str | None:
        for root, package in self._named:
            if folder == root or not root or folder.startswith(f"{root}/"):
                inner = folder[len(root) :].strip("/").replace("/", ".")
                return ".".join(part for part in (package, inner) if part)
        return self._found_folder(folder)

    def _found_folder(self, folder: str) -> str | None:
        parts = folder.split("/") if folder else []
        depth = len(parts)
        while depth and self._has(parts[:depth], "__init__.py"):
            depth -= 1
        source = next((end for end in range(len(parts), 0, -1) if parts[end - 1] == "src"), None)
        if source is not None and source <= depth and not self._has(parts[:source], "__init__.py"):
            depth = source
        elif depth == len(parts):
            depth = next((end for end in range(depth, 0, -1) if self._has(parts[:end], *PROJECT_FILES)), 0)
        names = parts[depth:]
        return ".".join(names) if all(name.isidentifier() for name in names) else None

    def _has(self, parts: Sequence[str], *names: str) -> bool:
        # Every folder asks about all those above it, so most questions have been asked before.
        folder = "/".join((self._repository, *parts))
        known = self._known.get((folder, names))
        if known is None:
            known = self._known[folder, names] = any(os.path.isfile(f"{folder}/{name}") for name in names)
        return known
