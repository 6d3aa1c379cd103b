"""Which libraries our hosts and sinks speak to, from which version on, and which of them are installed here."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whose.errors import OutdatedExtraError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_REQUIREMENT = re.compile(r"^([\w.-]+)>=([\w.]+); extra == ['\"](\w+)['\"]$")


@dataclass(frozen=True, slots=True)
class Library:
    """What an extra of ours installs."""

    name: str
    extra: str
    oldest: str
    #: The version that is installed; None where none is, or none that can be told.
    version: str | None

    @property
    def is_too_old(self) -> bool:
        """Tell whether an older version is installed than we can speak to."""
        return self.version is not None and _numbers(self.version) < _numbers(self.oldest)

    def refuse_outdated(self, *, wanted: str) -> None:
        """Let a version pass that we can speak to, or one that cannot be told.

        Raises:
            OutdatedExtraError: the version that is installed is too old; ``wanted`` says for what.

        """
        if self.version is not None and self.is_too_old:
            raise OutdatedExtraError(
                wanted=wanted, library=self.name, extra=self.extra, installed=self.version, oldest=self.oldest
            )


@functools.cache
def library_of(adapter: str) -> Library | None:
    """Return the library behind a host or sink of ours by its name; None where it needs none.

    Our own package metadata tell: the extra is called like the adapter, or like the first part of its name. To read
    them and a library's takes a fraction of a millisecond each: once in a process, and when first needed.
    """
    extra = adapter.partition("_")[0]
    for requirement in _requirements():
        match = _REQUIREMENT.match(requirement)
        if match and match[3] in (adapter, extra):
            return Library(match[1], match[3], match[2], _installed(match[1]))
    return None


def library_behind(point: EntryPoint) -> Library | None:
    """Return the library behind a host or sink; None where it needs none, or is none of ours."""
    return library_of(point.name) if point.module.partition(".")[0] == "whose" else None


@functools.cache
def _requirements() -> tuple[str, ...]:
    return tuple(re.findall(r"^Requires-Dist: (.+)$", _metadata("whose"), re.MULTILINE))


def _installed(name: str) -> str | None:
    found = re.search(r"^Version: (.+)$", _metadata(name), re.MULTILINE)
    return found[1].strip() if found else None


def _metadata(name: str) -> str:
    """Return the metadata of an installed package as they are written; empty where none is installed.

    To have them parsed takes the standard library's mail parser, which takes milliseconds to import.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution(name)
    except PackageNotFoundError:
        return ""
    return found.read_text("METADATA") or found.read_text("PKG-INFO") or ""


def _numbers(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: 5.3 is as new as 5.3.0, and newer than 5.3rc1 is not asked for."""
    numbers = [int(part) for part in re.match(r"\d+(?:\.\d+)*", text)[0].split(".")] if text[:1].isdigit() else []  # type: ignore[index]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
