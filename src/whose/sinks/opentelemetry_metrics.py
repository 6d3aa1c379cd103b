"""Counts and times works per owner through OpenTelemetry's metrics API."""

from __future__ import annotations

from typing import Any

from whose.attribution import Attributor
from whose.costs import Costs
from whose.metrics import (
    BUCKETS,
    COUNTERS,
    HISTOGRAMS,
    Labels,
    Metric,
    changes_by_costs,
    changes_by_fault,
    changes_by_work,
)
from whose.model import Attribution, Fault


class OpenTelemetryMetricsSink:
    """Speaks to the metrics API; whichever SDK is behind it may be set up before or after us.

    Raises:
        ImportError: the package ``opentelemetry-api`` is not installed.

    """

    needs_duration = True

    def __init__(self) -> None:
        from opentelemetry.metrics import get_meter

        self._get_meter = get_meter
        self._labels = Labels(())
        self._instruments: dict[Metric, Any] = {}
        self._attributes: dict[tuple[Metric, tuple[str, ...]], dict[str, str]] = {}

    @staticmethod
    def is_active() -> bool:
        """Tell whether it is asked for by name; an SDK for traces alone must not be given metrics unasked."""
        return False

    def install(self, attributor: Attributor) -> None:
        """Make the instruments. Counters go without the suffix ``_total``, which exporters to Prometheus add."""
        meter = self._get_meter("whose")
        self._labels = Labels(tuple(attributor.resolver.index.teams.values()))
        for metric in COUNTERS:
            name = metric.name.removesuffix("_total")
            self._instruments[metric] = meter.create_counter(name, description=metric.meaning)
        for metric in HISTOGRAMS:
            self._instruments[metric] = _histogram(meter, metric)

    def uninstall(self) -> None:
        """Forget the instruments; the API has no way to take one back."""
        self._instruments.clear()
        self._attributes.clear()

    def record(self, attribution: Attribution) -> None:
        """Count a work, and the hand-off that led to it."""
        for metric, labels, amount in changes_by_work(self._labels, attribution):
            self._instruments[metric].add(amount, self._attributes_of(metric, labels))

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Count a failure."""
        for metric, labels, amount in changes_by_fault(self._labels, attribution, fault):
            self._instruments[metric].add(amount, self._attributes_of(metric, labels))

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Count and observe seconds."""
        for metric, labels, amount in changes_by_costs(self._labels, attribution, costs):
            instrument = self._instruments[metric]
            change = instrument.record if metric in HISTOGRAMS else instrument.add
            change(amount, self._attributes_of(metric, labels))

    def _attributes_of(self, metric: Metric, labels: tuple[str, ...]) -> dict[str, str]:
        known = self._attributes.get((metric, labels))
        if known is None:
            pairs = zip(self._labels.names(metric), labels, strict=True)
            known = self._attributes[metric, labels] = {name: value for name, value in pairs if value}
        return known


def _histogram(meter: Any, metric: Metric) -> Any:
    try:
        return meter.create_histogram(
            metric.name, unit="s", description=metric.meaning, explicit_bucket_boundaries_advisory=BUCKETS
        )
    except TypeError:
        # The advice on buckets came with 1.30 of the API; before it the SDK's views decide.
        return meter.create_histogram(metric.name, unit="s", description=metric.meaning)
