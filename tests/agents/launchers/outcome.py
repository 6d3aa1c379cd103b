"""What one run of a project left behind: in the agents' receivers, and in its log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.agents.receivers import elastic
from tests.agents.receivers.datadog import DatadogSpan
from tests.agents.receivers.newrelic import Event
from tests.agents.receivers.otlp import ReceivedSpan
from tests.agents.receivers.prometheus import Sample
from tests.agents.receivers.sentry import Item


@dataclass(frozen=True, slots=True)
class Sent:
    """What the agents sent."""

    transactions: tuple[Event, ...] = ()
    errors: tuple[Event, ...] = ()
    spans: tuple[ReceivedSpan, ...] = ()
    datadog: tuple[DatadogSpan, ...] = ()
    sentry_transactions: tuple[Item, ...] = ()
    sentry_errors: tuple[Item, ...] = ()
    elastic_transactions: tuple[elastic.Event, ...] = ()
    elastic_errors: tuple[elastic.Event, ...] = ()
    prometheus: tuple[Sample, ...] = ()
    #: What promtool says against the page that Prometheus scrapes.
    prometheus_complaints: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What the agents sent, and the log records of all processes as the project's own formatter writes them."""

    sent: Sent
    records: tuple[Mapping[str, Any], ...]


def load_records(log: Path) -> tuple[Mapping[str, Any], ...]:
    """Return the records of a log of one JSON object a line; the last may be half written while processes run."""
    complete = log.read_text(errors="replace").rpartition("\n")[0]
    return tuple(json.loads(line) for line in complete.splitlines())
