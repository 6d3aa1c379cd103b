"""The errors we raise at start-up, and the containment of those that must never reach the user's code at run time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

logger = logging.getLogger("whose")


class WhoseError(Exception):
    """Base of every error that ``whose`` raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration: where it stands, what is wrong, and how to mend it."""

    #: ``file:line`` or the name of a setting.
    place: str
    message: str
    mend: str
    #: Which sort of mistake it is, one word from a closed list, where that matters to those who sort them.
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; {self.mend}"


class ConfigurationError(WhoseError):
    """Raised by :func:`whose.install` with every mistake of the configuration at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = (
            "the configuration of whose has a mistake" if count == 1 else f"whose is misconfigured in {count} places"
        )
        super().__init__("\n  ".join([f"{heading}:", *map(str, self.problems)]))

    def __reduce__(self) -> tuple[object, ...]:
        # Pickle would call us with the message; multiprocessing hands errors over so.
        return type(self), (self.problems,), vars(self)


class MissingExtraError(WhoseError, ImportError):
    """Raised when a host or sink was asked for by name and the library that it speaks to is not installed."""

    def __init__(self, *, wanted: str, library: str, extra: str, package: str = "whose") -> None:
        """Name what installs the library: an extra of ours, or, with an empty ``extra``, another ``package``."""
        self._made_of = {"wanted": wanted, "library": library, "extra": extra, "package": package}
        what = f"{package}[{extra}]" if extra else package
        super().__init__(
            f'{wanted} needs {library}, which is not installed here; run: pip install "{what}"', name=library
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _missing_extra, (type(self), self._made_of), vars(self)


class OutdatedExtraError(MissingExtraError):
    """Raised when the library is installed, but in a version that is too old."""

    def __init__(self, *, wanted: str, library: str, extra: str, installed: str, oldest: str) -> None:
        self._made_of = {
            "wanted": wanted, "library": library, "extra": extra, "installed": installed, "oldest": oldest,
        }  # fmt: skip
        super(MissingExtraError, self).__init__(
            f"{wanted} needs {library} {oldest} or later, and {installed} is installed here; "
            f'run: pip install --upgrade "whose[{extra}]"',
            name=library,
        )


def _missing_extra(cls: type[MissingExtraError], made_of: dict[str, str]) -> MissingExtraError:
    return cls(**made_of)


#: What passes by itself; answers found meanwhile are not to be remembered.
PASSING = (RecursionError, MemoryError)

#: How many errors of our own were kept from the user's code, by cause. Read through :func:`whose.stats`.
contained_errors: Counter[str] = Counter()
_logged: dict[str, object] = {}


def contain(error: Exception, *, cause: str) -> None:
    """Count an error of our own and log the first one of each cause; never raise.

    ``cause`` names the part that failed, such as ``sink newrelic``; it must come from a bounded set.
    """
    try:
        key = f"{cause}: {type(error).__name__}"
        contained_errors[key] += 1
        # Of threads that come here at the same moment, one logs; without a lock, which a fork could leave locked.
        me = object()
        if _logged.setdefault(key, me) is me:
            logger.warning("whose contained an error in %s; the work goes on without it", cause, exc_info=error)
    except Exception:  # noqa: S110 - a log handler that fails, or a stack with no room left, must not reach the host
        pass
