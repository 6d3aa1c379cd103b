"""A receiver of Sentry's envelopes that keeps the events and transactions it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.agents.receivers.http import HttpReceiver


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an envelope."""

    #: ``event`` for an error, ``transaction``, or another of https://develop.sentry.dev/sdk/data-model/envelope-items/.
    kind: str
    payload: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name of the item's transaction."""
        return str(self.payload.get("transaction"))

    @property
    def tags(self) -> Mapping[str, Any]:
        """Return the tags, which leave as a mapping."""
        tags = self.payload.get("tags") or {}
        assert isinstance(tags, dict), tags
        return tags


class SentryReceiver:
    """Serves until the block ends; a context manager."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._lock = threading.Lock()
        self._http = HttpReceiver(self._keep, status=200, answer=b"{}")

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.__exit__(kind, error, traceback)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes Sentry's SDK report here."""
        return {"SENTRY_DSN": f"http://key@{self._http.address}/1"}

    def items(self, kind: str) -> tuple[Item, ...]:
        """Return the items of a kind received so far, in the order of their arrival."""
        with self._lock:
            return tuple(item for item in self._items if item.kind == kind)

    def _keep(self, path: str, body: bytes) -> None:
        items = tuple(parse_envelope(body))
        with self._lock:
            self._items.extend(items)


def parse_envelope(body: bytes) -> list[Item]:
    """Return an envelope's items but attachments (https://develop.sentry.dev/sdk/data-model/envelopes/)."""
    items = []
    _, _, rest = body.partition(b"\n")
    while rest.strip():
        line, _, rest = rest.partition(b"\n")
        header = json.loads(line)
        length = header.get("length")
        if length is None:
            content, _, rest = rest.partition(b"\n")
        else:
            content, rest = rest[:length], rest[length:].removeprefix(b"\n")
        if header["type"] != "attachment":
            items.append(Item(header["type"], json.loads(content)))
    return items
