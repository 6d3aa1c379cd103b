"""From a module to its path in the repository, where production's folders differ from the repository's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from whose.config import Root

#: The folders that Python imports from in most repositories, for those that name none.
USUAL_ROOTS = (Root(""), Root("src"))
_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Location:
    """Where the code of a module lies."""

    #: The file as Python knows it; None for code without a file, such as a namespace package or a built-in module.
    file: str | None = None
    #: The files of the repository that could be meant, relative to it, with ``/``: none, the one, or several.
    paths: tuple[str, ...] = ()
    #: The outermost folder around the file that still belongs to the same repository or package.
    top: str | None = None


NOWHERE = Location()


class Locations:
    """Finds the path of modules in the repository.

    In this order: by a root that names their package; by one that names the folder of production that they lie in;
    because they lie in the repository itself; and, for code from a wheel, an archive or another folder, by their name
    below the import roots of the repository, as far as that file exists there.
    """

    def __init__(self, repository: Path | None, roots: Sequence[Root] = ()) -> None:
        self._repository = str(repository) if repository is not None else None
        self._real_repository = os.path.realpath(repository) if repository is not None else None
        self._packages = {root.package: root.folder for root in roots if root.package is not None}
        self._deployed = sorted(
            ((root.deployed, root.folder) for root in roots if root.deployed is not None),
            key=lambda item: -len(item[0]),
        )
        plain = tuple(root for root in roots if root.package is None and root.deployed is None)
        self._roots = tuple(root.folder for root in plain or USUAL_ROOTS)

    def of_module(self, name: str) -> Location:
        """Return where the code of a dotted name lies: a module, or something inside one; imported or not."""
        module, rest = _imported(name)
        if not all(part.isidentifier() for part in rest):
            # No name of Python's, so no name of a file either; it may have come out of a task's argument.
            rest = []
        if module is None:
            return self.of_name(".".join(rest))
        if rest and hasattr(module, "__path__"):
            for folder in _folders_of(module):
                file = _below(folder, rest)
                if file is not None:
                    return self.of_file(file, name)
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            return NOWHERE
        spec = getattr(module, "__spec__", None)
        return self.of_file(file, getattr(spec, "name", None) or module.__name__, loader=getattr(spec, "loader", None))

    def of_file(self, file: str, module: str, *, loader: object = None) -> Location:
        """Return where the code of a file lies that was imported under a dotted name."""
        file = os.path.abspath(file.removesuffix("c") if file.endswith(".pyc") else file)
        tail = _tail(file, module)
        package = next((prefix for prefix in _prefixes(module) if prefix in self._packages), None)
        if package is not None:
            inner = tail.split("/")[package.count(".") + 1 :] or [tail.rpartition("/")[2]]
            return self._settled(
                (_joined(self._packages[package], "/".join(inner)),), file, _package_folder(file, tail)
            )
        for folder, copied in self._deployed:
            relative = _relative(file, folder)
            if relative is not None:
                return self._settled((_joined(copied, relative),), file, folder)
        is_archived = isinstance(getattr(loader, "archive", None), str)
        relative = self._in_repository(file)
        if relative is not None and not is_archived and not any(name in relative.split("/") for name in _INSTALLED):
            return Location(file, (relative,), self._repository)
        if module.partition(".")[0] in sys.stdlib_module_names:
            return Location(file)
        return self._settled(self._existing(tail), file, _package_folder(file, tail))

    def _in_repository(self, file: str) -> str | None:
        if self._repository is None or self._real_repository is None:
            return None
        relative = _relative(os.path.realpath(file), self._real_repository)
        # Build systems make trees of links to files elsewhere; then the tree is what people know.
        return relative if relative is not None else _relative(file, self._repository)

    def _settled(self, paths: tuple[str, ...], file: str, top: str | None) -> Location:
        """Return the location, by the file of the repository where there is one, which has its neighbours around it."""
        if len(paths) == 1 and self._repository is not None:
            original = os.path.join(self._repository, paths[0])
            if os.path.isfile(original):
                return Location(original, paths, self._repository)
        return Location(file, paths, top)

    def _existing(self, tail: str) -> tuple[str, ...]:
        """Return the files of the repository that have a name below its import roots."""
        if self._repository is None:
            return ()
        candidates = dict.fromkeys(_joined(folder, tail) for folder in self._roots)
        return tuple(path for path in candidates if os.path.isfile(os.path.join(self._repository, path)))

    def of_name(self, name: str) -> Location:
        """Return where a module lies as far as the repository's import roots tell; looks at nothing imported."""
        names = name.split(".")
        if self._repository is None or not all(part.isidentifier() for part in names):
            return NOWHERE
        starts = [(root, names) for root in self._roots]
        starts += [
            (folder, names[package.count(".") + 1 :])
            for package, folder in self._packages.items()
            if f"{name}.".startswith(f"{package}.")
        ]
        files = [_below(os.path.join(self._repository, folder), inner) for folder, inner in starts]
        paths = dict.fromkeys(path for file in files if file and (path := _relative(file, self._repository)))
        if not paths:
            return NOWHERE
        first, *_ = paths
        return Location(os.path.join(self._repository, first), tuple(paths), self._repository)


def _imported(name: str) -> tuple[ModuleType | None, list[str]]:
    """Return the innermost imported module of a dotted name, and the names below it."""
    rest: list[str] = []
    while name:
        module = sys.modules.get(name)
        if module is not None:
            return module, rest
        name, _, last = name.rpartition(".")
        rest.insert(0, last)
    return None, rest


def _folders_of(package: ModuleType) -> list[str]:
    try:
        return [folder for folder in package.__path__ if isinstance(folder, str)]
    except (AttributeError, TypeError):
        return []


def _below(folder: str, names: Sequence[str]) -> str | None:
    """Return the innermost file that dotted names lead to below a folder, or None where even the first one does not."""
    found = None
    for name in names:
        module = os.path.join(folder, f"{name}.py")
        folder = os.path.join(folder, name)
        package = os.path.join(folder, "__init__.py")
        if os.path.isfile(package):
            found = package
        elif os.path.isfile(module):
            return module
        elif not os.path.isdir(folder):
            break
    if not names:
        package = os.path.join(folder, "__init__.py")
        return package if os.path.isfile(package) else None
    return found


def _tail(file: str, module: str) -> str:
    """Return the end of a file's path that follows from the name under which it was imported.

    >>> _tail("/app/shop/cart.py", "shop.cart"), _tail("/app/shop/cart/__init__.py", "shop.cart")
    ('shop/cart.py', 'shop/cart/__init__.py')
    """
    parts = file.replace(os.sep, "/").split("/")
    depth = module.count(".") + 1 + parts[-1].startswith("__init__.")
    return "/".join(parts[-depth:])


def _package_folder(file: str, tail: str) -> str | None:
    """Return the folder of the outermost package around a file, or None for a module on its own."""
    outermost, _, inside = tail.partition("/")
    return os.path.join(file.removesuffix(tail.replace("/", os.sep)), outermost) if inside else None


def _prefixes(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _relative(file: str, folder: str) -> str | None:
    prefix = folder if folder.endswith(os.sep) else folder + os.sep
    return file.removeprefix(prefix).replace(os.sep, "/") if file.startswith(prefix) else None


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
