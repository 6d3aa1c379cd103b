"""The spans that the shop's processes send, as the demo sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | bool | int | float | None | tuple["Value", ...] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it left its process."""

    name: str
    #: ``SERVER``, ``CONSUMER``, ``PRODUCER``, ``CLIENT`` or ``INTERNAL``.
    kind: str
    attributes: Mapping[str, Value]
    trace_id: str
    span_id: str
    #: Seconds from beginning to end.
    seconds: float

    def text(self, *keys: str) -> str | None:
        """Return the first of these attributes that the span has, as text; None where it has none of them."""
        for key in keys:
            value = self.attributes.get(key)
            if value is not None and value != "":
                return str(value)
        return None

    @property
    def is_transaction(self) -> bool:
        """Tell whether the span stands for a request or for a run of a task."""
        return self.kind in ("SERVER", "CONSUMER")

    @property
    def is_request(self) -> bool:
        """Tell whether the span stands for a request."""
        return self.kind == "SERVER"

    @property
    def entry(self) -> str:
        """Return what was entered: the route of a request, its path where it has none, or the name of a task."""
        if self.kind == "SERVER":
            route = self.text("http.route")
            if route is not None:
                return "/" + route.removeprefix("/")
            return (self.text("url.path", "http.target") or "").partition("?")[0]
        return self.text("celery.task_name") or self.name.partition("/")[2] or self.name

    @property
    def status(self) -> int | None:
        """Return the status of the answer to a request; None for tasks."""
        text = self.text("http.response.status_code", "http.status_code")
        return int(text) if text is not None and self.kind == "SERVER" else None

    @property
    def state(self) -> str | None:
        """Return how a run of a task ended, in small letters, as Celery names it; None for requests."""
        text = self.text("celery.state")
        return text.lower() if text is not None and self.kind == "CONSUMER" else None

    @property
    def message(self) -> str | None:
        """Return the identifier of the message that was sent or that made the task run."""
        return self.text("messaging.message.id", "messaging.message_id")

    @property
    def is_failure(self) -> bool:
        """Tell whether a request was answered with a server's error, or a task failed; a retry is not a failure."""
        return (self.status or 0) >= 500 if self.kind == "SERVER" else self.state == "failure"
