"""Reads the shop's hand-made list of who is expected to own what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from whose.demo.failure import DemoFailed
from whose.demo.spans import Span

#: How the list writes, and the page shows, that nobody owns something.
NOBODY = "none"

Kind = Literal["request", "task"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the shop's people say of one page or one task; the keys of expected.toml, explained there."""

    kind: Kind
    entry: str
    owner: str
    view: str | None = None
    source: str | None = None
    at_fault: str | None = None
    pays: str | None = None
    state: str = "success"
    retries: int = 0
    caller: tuple[str, ...] | None = None
    root: tuple[str, ...] | None = None
    inside: str | None = None
    is_eager: bool = False
    #: Runs only with some brokers, so that it need not be seen.
    is_optional: bool = False

    @property
    def emitted_source(self) -> str:
        """Return what ``code_owner_source`` must say: the mapping decides wherever nothing else is noted."""
        return self.source or (NOBODY if self.owner == NOBODY else "mapping")


class ExpectedOwners:
    """The whole list."""

    def __init__(self, entries: tuple[Expected, ...]) -> None:
        self.entries = entries
        self._by_entry = {(expected.kind, expected.entry): expected for expected in entries}

    def of(self, span: Span) -> Expected | None:
        """Return what is expected of a transaction; None where the list does not have it."""
        return self._by_entry.get(("request" if span.is_request else "task", span.entry))


def load_expected(path: Path) -> ExpectedOwners:
    """Return the list that a file holds.

    Raises:
        DemoFailed: the file has a key that means nothing, which would leave something unjudged.

    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds: tuple[tuple[str, Kind], ...] = (("views", "request"), ("tasks", "task"))
    return ExpectedOwners(
        tuple(
            _expected(kind, entry, values, path=path)
            for table, kind in kinds
            for entry, values in document[table].items()
        )
    )


def _expected(kind: Kind, entry: str, values: Mapping[str, Any], *, path: Path) -> Expected:
    known = {field.name for field in fields(Expected)} - {"kind", "entry"}
    unknown = sorted(set(values) - known)
    if unknown or "owner" not in values:
        what = f"an unknown key {unknown[0]!r}" if unknown else "no owner"
        raise DemoFailed(f"{path}: {entry!r} has {what}", mend="correct the list")
    lists = {key: tuple(values[key]) for key in ("caller", "root") if key in values}
    return Expected(kind, entry, **{**values, **lists})
