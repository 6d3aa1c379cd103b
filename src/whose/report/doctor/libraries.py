"""Which libraries the hosts and sinks speak to, and which versions of them are installed here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

_REQUIREMENT = re.compile(r"^([\w.-]+)>=([\w.]+); extra == ['\"](\w+)['\"]$")


@dataclass(frozen=True, slots=True)
class Library:
    """What an extra of ours installs."""

    name: str
    extra: str
    oldest: str
    #: The version that is installed; None where none is.
    version: str | None

    @property
    def is_too_old(self) -> bool:
        """Tell whether an older version is installed than we can speak to."""
        return self.version is not None and _numbers(self.version) < _numbers(self.oldest)


def library_of(adapter: str) -> Library | None:
    """Return the library behind a host or sink by its name; None where it needs none, or is not ours.

    Our own package metadata tell: the extra is called like the adapter, or like the first part of its name.
    """
    for requirement in requires("whose") or ():
        match = _REQUIREMENT.match(requirement)
        if match and match[3] in (adapter, adapter.partition("_")[0]):
            return Library(match[1], match[3], match[2], _installed(match[1]))
    return None


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: 5.3 is as new as 5.3.0, and newer than 5.3rc1 is not asked for."""
    numbers = [int(part) for part in re.match(r"\d+(?:\.\d+)*", text)[0].split(".")] if text[:1].isdigit() else []  # type: ignore[index]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
