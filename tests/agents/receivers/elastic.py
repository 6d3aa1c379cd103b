"""A receiver of Elastic's intake protocol, version 2, that keeps the transactions and errors it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.agents.receivers.http import HttpReceiver


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a batch: https://www.elastic.co/docs/solutions/observability/apm/elastic-apm-events-intake-api."""

    #: ``transaction``, ``error``, ``span``, ``metadata`` or ``metricset``.
    kind: str
    payload: Mapping[str, Any]

    @property
    def labels(self) -> Mapping[str, Any]:
        """Return the labels of the event's context; the intake calls them tags."""
        labels: Mapping[str, Any] = (self.payload.get("context") or {}).get("tags") or {}
        return labels


class ElasticReceiver:
    """Serves until the block ends; a context manager."""

    #: How long the agent holds what it sends in one batch; as long it waits for its last one, which takes a loaded
    #: machine its time.
    SECONDS_TO_SEND = 1

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._lock = threading.Lock()
        self._http = HttpReceiver(self._keep, status=202, answer=b"")

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.__exit__(kind, error, traceback)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes Elastic's agent report here, within ``SECONDS_TO_SEND``."""
        return {
            "ELASTIC_APM_SERVER_URL": f"http://{self._http.address}",
            "ELASTIC_APM_SERVICE_NAME": "whose-tests",
            "ELASTIC_APM_API_REQUEST_TIME": f"{self.SECONDS_TO_SEND}s",
            "ELASTIC_APM_CENTRAL_CONFIG": "false",
            "ELASTIC_APM_CLOUD_PROVIDER": "none",
            "ELASTIC_APM_METRICS_INTERVAL": "0ms",
        }

    def events(self, kind: str) -> tuple[Event, ...]:
        """Return the events of a kind received so far, in the order of their arrival."""
        with self._lock:
            return tuple(event for event in self._events if event.kind == kind)

    def _keep(self, path: str, body: bytes) -> None:
        # What the agent sends at once, an error that nobody handled and all that waited, is posted with a query.
        if urlsplit(path).path != "/intake/v2/events":
            return
        events = [
            Event(kind, payload)
            for line in body.splitlines()
            if line.strip()
            for kind, payload in json.loads(line).items()
        ]
        with self._lock:
            self._events.extend(events)
