"""Ownership of installed distributions: the modules that each one brings, by its own list of files."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from whose.errors import Problem
from whose.model import Rule

_MODULE = re.compile(r"(.+?)(?:\.py|(?:\.[\w-]+)*\.(?:so|pyd))")
_URL = re.compile(r"^(?:Home-page:|Project-URL:[^,\n]*,)\s*(\S+)", re.MULTILINE)


def package_prefixes(rules: Sequence[Rule]) -> tuple[dict[str, Rule], list[Problem]]:
    """Return the rule of each dotted prefix that the distributions of some rules bring.

    A rule's pattern is the name of a distribution, or the URL of the repository that publishes it. What is not
    installed here is no mistake, since not every process has all packages, but is told.
    """
    table: dict[str, Rule] = {}
    missing: list[Problem] = []
    for rule in rules:
        distribution = _distribution(rule.pattern)
        prefixes = prefixes_of(distribution) if distribution is not None else ()
        if not prefixes:
            message = f"the distribution {rule.pattern!r} " + (
                "brings no modules" if distribution is not None else "is not installed here"
            )
            mend = "install it, correct its name, or delete the line"
            missing.append(Problem(rule.place, message, mend, kind="distribution_not_installed"))
        for prefix in prefixes:
            table.setdefault(prefix, rule)
    return table, missing


def _distribution(name: str) -> importlib.metadata.Distribution | None:
    repository = name if "/" in name else None
    name = name.rstrip("/").removesuffix(".git").rpartition("/")[2]
    try:
        return importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return _published_from(repository) if repository is not None else None


def _published_from(repository: str) -> importlib.metadata.Distribution | None:
    """Return the installed distribution that names a repository as its home, whatever it is called itself."""
    wanted = _bare_url(repository)
    for distribution in importlib.metadata.distributions():
        head = (distribution.read_text("METADATA") or "").partition("\n\n")[0]
        if wanted in map(_bare_url, _URL.findall(head)):
            return distribution
    return None


def _bare_url(url: str) -> str:
    return url.lower().removeprefix("http://").removeprefix("https://").rstrip("/").removesuffix(".git")


def prefixes_of(distribution: importlib.metadata.Distribution) -> tuple[str, ...]:
    """Return the dotted prefixes that belong to a distribution alone.

    That is each topmost package or module of it; in a namespace package, which many distributions share, what lies in
    it. Of an editable install, whose files lie elsewhere, it is what ``top_level.txt`` or the folder that it adds to
    the path names.
    """
    record = distribution.read_text("RECORD") or distribution.read_text("installed-files.txt") or ""
    files = [line.partition(",")[0].strip('"') for line in record.splitlines()]
    prefixes = tuple(dict.fromkeys((*_topmost(files), *_editable(distribution, files))))
    if prefixes:
        return prefixes
    top_level = (distribution.read_text("top_level.txt") or "").split()
    return tuple(name.replace("/", ".") for name in top_level)


def _topmost(files: Iterable[str]) -> Iterator[str]:
    folders: dict[str, list[str]] = {}
    for file in files:
        folder, _, name = file.rpartition("/")
        module = _MODULE.fullmatch(name)
        if module is not None and not name.startswith("__editable__"):
            folders.setdefault(folder, []).append(module[1])
    for folder, modules in folders.items():
        parts = folder.split("/") if folder else []
        if not all(part.isidentifier() for part in parts):
            continue
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        package = next((outer for outer in above if "__init__" in folders.get(outer, ())), None)
        if package is not None:
            yield package.replace("/", ".")
        else:
            yield from (".".join((*parts, module)) for module in modules if module != "__init__")


def _editable(distribution: importlib.metadata.Distribution, files: Iterable[str]) -> Iterator[str]:
    """Yield the packages in the folders that the ``.pth`` file of an editable install adds to the path."""
    for file in files:
        if not file.endswith(".pth"):
            continue
        text = Path(str(distribution.locate_file(file))).read_text(encoding="utf-8")
        for line in text.splitlines():
            folder = Path(line)
            if line.startswith(("#", "import ")) or not folder.is_dir():
                continue
            inside = sorted(f"{path.parent.name}/{path.name}" for path in folder.glob("*/__init__.py"))
            yield from _topmost([*inside, *(path.name for path in sorted(folder.glob("*.py")))])
