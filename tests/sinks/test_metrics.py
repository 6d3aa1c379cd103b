"""Metrics per owner: through prometheus-client, checked by promtool, and through OpenTelemetry's SDK."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from prometheus_client import CollectorRegistry, generate_latest

import whose
from tests.agents.receivers.otlp import OtlpReceiver
from whose.metrics import COUNTERS, HISTOGRAMS
from whose.sinks.opentelemetry_metrics import OpenTelemetryMetricsSink
from whose.sinks.prometheus import PrometheusSink
from whose.testing import installed

RULES: dict[str, Any] = {
    "mappings": {"red": ["metered.red"], "blue": ["metered.blue"]},
    "teams": {"red": {"levels": {"theme": "commerce"}}},
}


def run_some_work() -> None:
    with whose.attributing("metered.red", kind="task"), whose.attributing("metered.blue", kind="block"):
        pass
    with pytest.raises(ValueError), whose.attributing("metered.red", kind="task"):
        raise ValueError
    with whose.attributing("nobodys.code", kind="task"):
        pass


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_works_are_counted_timed_and_handed_off(registry: CollectorRegistry) -> None:
    with installed({**RULES, "costs": ["wall"], "sinks": [PrometheusSink(registry)]}):
        run_some_work()
        value = registry.get_sample_value
        red = {"kind": "task", "code_owner": "red", "code_owner_theme": "commerce"}
        blue = {"kind": "block", "code_owner": "blue", "code_owner_theme": ""}
        none = {"kind": "task", "code_owner": "none", "code_owner_theme": ""}
        assert value("whose_work_total", red) == 2
        assert value("whose_work_total", blue) == 1
        assert value("whose_work_total", none) == 1
        assert value("whose_unowned_total", {"kind": "task"}) == 1
        assert value("whose_handoffs_total", {"from": "red", "to": "blue"}) == 1
        assert value("whose_work_seconds_count", red) == 2
        assert value("whose_work_failures_total", {**red, "code_owner_at_fault": "none"}) == 1
        own = {team: value("whose_own_seconds_total", {"code_owner": team}) for team in ("red", "blue", "none")}
        assert all(own.values())
        whole = sum(value("whose_work_seconds_sum", labels) or 0 for labels in (red, none))
        assert sum(own.values()) == pytest.approx(whole, abs=1e-3)  # type: ignore[arg-type]


def test_durations_are_there_without_costs(registry: CollectorRegistry) -> None:
    with installed({**RULES, "sinks": [PrometheusSink(registry)]}):
        run_some_work()
        labels = {"kind": "task", "code_owner": "red", "code_owner_theme": "commerce"}
        assert registry.get_sample_value("whose_work_seconds_count", labels) == 2
        assert registry.get_sample_value("whose_own_seconds_total", {"code_owner": "red"}) is None


def test_promtool_finds_nothing_wrong(registry: CollectorRegistry) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: install the package prometheus"
    with installed({**RULES, "costs": ["wall", "cpu"], "sinks": [PrometheusSink(registry)]}):
        run_some_work()
        text = generate_latest(registry)
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def run_whatever_comes() -> None:
    """Run 10,000 tasks, and works of 5,000 teams that only code names, each of which asks, fails and takes time."""
    for number in range(10_000):
        with whose.attributing(f"metered.red.module{number}", kind="task", name=f"task {number}"):
            pass
    for number in range(5_000):
        with contextlib.suppress(ValueError), whose.owned_by(f"bogus {number}"):
            with whose.attributing("metered.blue", kind="task"), whose.owned_by(f"bogus {number}"):
                pass
            whose.owned_by(f"bogus {number}")(FunctionType(fail.__code__.replace(), {"__name__": "bogus"}))()


def fail() -> None:
    raise ValueError


KINDS = ("task", "block")
#: Everything that a label may say, by its name.
SAID = {
    "kind": {*KINDS},
    "code_owner": {"red", "blue", "other", "none"},
    "code_owner_theme": {"commerce", ""},
    "code_owner_at_fault": {"other"},
    "from": {"blue", "other"},
    "to": {"blue", "other"},
}
HANDED = {("from", "other"), ("to", "blue")}, {("from", "blue"), ("to", "other")}


def series_by_metric(labels_of: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, set[frozenset[tuple[str, Any]]]]:
    found: dict[str, set[frozenset[tuple[str, Any]]]] = {}
    for metric, labels in labels_of:
        for name, value in labels.items():
            assert value in SAID[name], (metric, name, value)
        found.setdefault(metric, set()).add(frozenset(labels.items()))
    return found


def most_kept(sink: object) -> int:
    """Return how much the largest of a sink's own dicts holds."""
    return max(len(kept) for kept in vars(sink).values() if isinstance(kept, dict))


def test_series_stay_few_whatever_comes(registry: CollectorRegistry) -> None:
    sink = PrometheusSink(registry)
    with installed({**RULES, "costs": ["wall"], "sinks": [sink]}):
        run_whatever_comes()
        series = series_by_metric(
            (sample.name, {name: value for name, value in sample.labels.items() if name != "le"})
            for family in registry.collect()
            for sample in family.samples
        )
        assert most_kept(sink) < 5_000
        assert (
            sum(
                sample.value
                for family in registry.collect()
                for sample in family.samples
                if sample.name == "whose_work_total"
            )
            == 10_000 + 3 * 5_000
        )
    assert len(series["whose_work_total"]) == 3
    assert series["whose_handoffs_total"] == {frozenset(pairs) for pairs in HANDED}
    assert max(map(len, series.values())) == 3
    assert most_kept(sink) == 0


def test_series_stay_few_through_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = OpenTelemetryMetricsSink()
    with OtlpReceiver() as receiver:
        exporter = OTLPMetricExporter(f"{receiver.endpoint}/v1/metrics")
        provider = MeterProvider([PeriodicExportingMetricReader(exporter)])
        monkeypatch.setattr(sink, "_get_meter", provider.get_meter)
        with installed({**RULES, "costs": ["wall"], "sinks": [sink]}):
            run_whatever_comes()
            assert provider.force_flush()
            points = receiver.points()
            kept = most_kept(sink)
        provider.shutdown()
    series = series_by_metric((point.metric, point.attributes) for point in points)
    assert len(series["whose_work"]) == 3
    assert series["whose_handoffs"] == {frozenset(pairs) for pairs in HANDED}
    assert max(map(len, series.values())) == 3
    assert kept == sum(map(len, series.values())) == len(points)
    assert most_kept(sink) == 0


def test_uninstalling_takes_the_metrics_out_of_the_registry(registry: CollectorRegistry) -> None:
    with installed({**RULES, "sinks": [PrometheusSink(registry)]}):
        assert list(registry.collect())
    assert list(registry.collect()) == []


def test_the_same_through_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    sink = OpenTelemetryMetricsSink()
    monkeypatch.setattr(sink, "_get_meter", provider.get_meter)
    with installed({**RULES, "costs": ["wall"], "sinks": [sink]}):
        run_some_work()
        data = reader.get_metrics_data()
    assert data is not None
    found = {
        metric.name: [(dict(point.attributes or {}), point) for point in metric.data.data_points]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    works = {(labels["kind"], labels["code_owner"]): point.value for labels, point in found["whose_work"]}  # type: ignore[union-attr]
    assert works == {("task", "red"): 2, ("block", "blue"): 1, ("task", "none"): 1}
    assert [labels for labels, _ in found["whose_handoffs"]] == [{"from": "red", "to": "blue"}]
    assert sum(point.count for _, point in found["whose_work_seconds"]) == 3  # type: ignore[union-attr, misc]


def test_the_users_own_instruments_get_one_series_a_team_whatever_comes() -> None:
    reader = InMemoryMetricReader()
    counter = MeterProvider(metric_readers=[reader]).get_meter("shop").create_counter("orders")
    with installed(RULES):
        counter.add(1, whose.attributes())
        for number in range(10_000):
            with whose.attributing(f"metered.red.module{number}", kind="task", name=f"task {number}"):
                counter.add(1, whose.attributes())
        for number in range(1_000):
            with whose.owned_by(f"bogus {number}"):
                counter.add(1, whose.attributes())
        with whose.attributing("metered.blue"), whose.attributing("nobodys.code"):
            counter.add(1, whose.attributes())
        data = reader.get_metrics_data()
    assert data is not None
    [metric] = data.resource_metrics[0].scope_metrics[0].metrics
    counts = {tuple((point.attributes or {}).items()): point.value for point in metric.data.data_points}  # type: ignore[union-attr]
    assert counts == {
        (): 2,
        (("code_owner", "red"), ("code_owner_theme", "commerce")): 10_000,
        (("code_owner", "other"),): 1_000,
    }


def test_every_metric_has_a_name_of_the_kind_prometheus_wants() -> None:
    assert all(metric.name.startswith("whose_") and metric.name.endswith("_total") for metric in COUNTERS)
    assert all(metric.name.endswith("_seconds") for metric in HISTOGRAMS)
