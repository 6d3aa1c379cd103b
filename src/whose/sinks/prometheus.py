"""Counts and times works per owner as Prometheus metrics, in one process or in many."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from whose.attribution import Attributor
from whose.costs import Costs
from whose.metrics import (
    BUCKETS,
    COUNTERS,
    HISTOGRAMS,
    QUEUE_SECONDS,
    SECONDS,
    Labels,
    Metric,
    changes_by_costs,
    changes_by_fault,
    changes_by_work,
)
from whose.model import Attribution, Fault

#: Names of teams may come from decorators too, any number of them.
_MOST_REMEMBERED = 4_096
#: The kind of a work, its team, and who asked for it.
_Key = tuple[str, str | None, str | None]
_Observer = Callable[[float, float | None], None]
_T = TypeVar("_T")


class PrometheusSink:
    """Speaks to prometheus-client, whose registry the program exposes as it does its other metrics.

    With ``PROMETHEUS_MULTIPROC_DIR`` set, the client keeps the values of every process, Celery's children included.

    Raises:
        ImportError: the package ``prometheus-client`` is not installed.

    """

    needs_duration = True

    def __init__(self, registry: Any = None) -> None:
        import prometheus_client  # noqa: F401 - to fail here, where a missing extra can be named

        self._registry = registry
        self._labels = Labels(())
        self._metrics: dict[Metric, Any] = {}
        self._children: dict[tuple[Metric, tuple[str, ...]], Any] = {}
        #: What grows by one when a work begins, and what observes how long it took and was queued.
        self._begun: dict[_Key, tuple[Any, ...]] = {}
        self._observers: dict[_Key, _Observer] = {}

    @staticmethod
    def is_active() -> bool:
        """Tell whether the program uses the client."""
        return "prometheus_client" in sys.modules

    def install(self, attributor: Attributor) -> None:
        """Register the metrics; their labels are the levels of the configured teams."""
        from prometheus_client import REGISTRY, Counter, Histogram

        registry = self._registry if self._registry is not None else REGISTRY
        labels = self._labels = Labels(tuple(attributor.resolver.index.teams.values()))
        for metric in COUNTERS:
            self._metrics[metric] = Counter(metric.name, metric.meaning, labels.names(metric), registry=registry)
        for metric in HISTOGRAMS:
            names = labels.names(metric)
            self._metrics[metric] = Histogram(metric.name, metric.meaning, names, registry=registry, buckets=BUCKETS)

    def uninstall(self) -> None:
        """Take the metrics out of the registry."""
        from prometheus_client import REGISTRY

        registry = self._registry if self._registry is not None else REGISTRY
        for metric in self._metrics.values():
            registry.unregister(metric)
        self._metrics.clear()
        self._children.clear()
        self._begun.clear()
        self._observers.clear()

    def record(self, attribution: Attribution) -> None:
        """Count a work, and the hand-off that led to it."""
        self.write(self._counters_of(attribution))

    def prepared(self, attribution: Attribution) -> tuple[Any, ...]:
        """Return what grows by one when the work begins."""
        return self._counters_of(attribution)

    def write(self, counters: tuple[Any, ...]) -> None:
        """Count a work, and the hand-off that led to it."""
        for counter in counters:
            counter.inc()

    def observer_of(self, attribution: Attribution) -> _Observer:
        """Return what takes the seconds of a work of which nothing else is known, and those that it was queued."""
        key = _key(attribution)
        known = self._observers.get(key)
        return known if known is not None else _kept(self._observers, key, self._observer_of(attribution))

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Count a failure."""
        for metric, labels, amount in changes_by_fault(self._labels, attribution, fault):
            self._child(metric, labels).inc(amount)

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Count and observe seconds."""
        if costs.is_duration:
            self.observer_of(attribution)(costs.seconds, costs.queue_seconds)
            return
        for metric, labels, amount in changes_by_costs(self._labels, attribution, costs):
            child = self._child(metric, labels)
            if metric in HISTOGRAMS:
                child.observe(amount)
            else:
                child.inc(amount)

    def _counters_of(self, attribution: Attribution) -> tuple[Any, ...]:
        key = _key(attribution)
        counters = self._begun.get(key)
        if counters is None:
            changes = changes_by_work(self._labels, attribution)
            counters = _kept(self._begun, key, tuple(self._child(metric, labels) for metric, labels, _ in changes))
        return counters

    def _observer_of(self, attribution: Attribution) -> _Observer:
        labels = self._labels.of(attribution)
        took = self._child(SECONDS, labels)

        def observe(seconds: float, queue_seconds: float | None) -> None:
            took.observe(seconds)
            if queue_seconds is not None:
                # Made when there is something to observe, so that works which are never queued make no series.
                self._child(QUEUE_SECONDS, labels).observe(queue_seconds)

        return observe

    def _child(self, metric: Metric, labels: tuple[str, ...]) -> Any:
        child = self._children.get((metric, labels))
        if child is None:
            child = self._children[metric, labels] = self._metrics[metric].labels(*labels)
        return child


def _key(attribution: Attribution) -> _Key:
    team = attribution.ownership.team
    return attribution.work.kind, team.name if team is not None else None, attribution.caller


def _kept(known: dict[_Key, _T], key: _Key, made: _T) -> _T:
    if len(known) >= _MOST_REMEMBERED:
        known.clear()
    known[key] = made
    return made
