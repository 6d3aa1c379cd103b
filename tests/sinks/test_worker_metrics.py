"""What a real prefork worker's children counted, as a real Prometheus and a receiver of OpenTelemetry's get it."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agents.launchers.processes import Started, run
from tests.agents.launchers.redis import RedisServer
from tests.agents.receivers.otlp import OtlpReceiver, ReceivedPoint
from tests.agents.receivers.prometheus import PrometheusServer, Sample
from whose.metrics import BUCKETS

PROJECT = {
    "metered.py": """
import os
from celery import Celery, signals

app = Celery("metered", broker=os.environ["BROKER"], backend=os.environ["BROKER"])
if "WITHOUT_WHOSE" not in os.environ:
    import whose
    whose.install()
import metered_red, metered_blue, metered_green, metered_grey

@app.task
def nobodys():
    pass

@signals.worker_process_init.connect(weak=False)
def start_exporting(**_):
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.metrics import set_meter_provider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=200)]))
""",
    "metered_red.py": """
from celery import shared_task

@shared_task
def succeeds():
    pass

@shared_task
def fails():
    raise ValueError
""",
    "metered_blue.py": """
from celery import shared_task

@shared_task(bind=True)
def retries(self):
    if self.request.retries == 0:
        raise self.retry(countdown=0.1)
""",
    "metered_green.py": "from celery import shared_task\n@shared_task\ndef comes_later():\n    pass\n",
    "metered_grey.py": "from celery import shared_task\n@shared_task\ndef sent_by_others():\n    pass\n",
    "send.py": """
import os, metered, metered_red, metered_blue, metered_green, metered_grey

if "WITHOUT_WHOSE" in os.environ:
    asked = [metered_grey.sent_by_others.delay() for _ in range(3)]
else:
    asked = [metered_green.comes_later.apply_async(countdown=3) for _ in range(2)]
    asked += [metered_blue.retries.delay() for _ in range(4)]
    asked += [metered_red.succeeds.delay() for _ in range(20)] + [metered_red.fails.delay() for _ in range(7)]
    asked += [metered.nobodys.delay() for _ in range(5)]
for result in asked:
    result.get(timeout=60, propagate=False)
""",
    "whose.toml": """
costs = ["wall"]
sinks = ["prometheus", "opentelemetry_metrics"]
[mappings]
red = ["metered_red"]
blue = ["metered_blue"]
green = ["metered_green"]
grey = ["metered_grey"]
[teams.red.levels]
theme = "warm"
squad = "r"
[teams.blue.levels]
theme = "cold"
""",
}
#: Runs by owner and levels; those of blue are half of them retries.
WORKS = {
    ("red", "warm", "r"): 27,
    ("blue", "cold", ""): 8,
    ("green", "", ""): 2,
    ("grey", "", ""): 3,
    ("none", "", ""): 5,
}
#: Grey's tasks were sent by a program without whose, which does not say when.
WAITS = {labels: count for labels, count in WORKS.items() if labels[0] != "grey"}
SECONDS_TO_EXPORT = 20


@dataclass(frozen=True, slots=True)
class Counted:
    samples: tuple[Sample, ...]
    complaints: str
    points: tuple[ReceivedPoint, ...]

    def in_prometheus(self, metric: str) -> dict[tuple[str, str, str], float]:
        found = [sample for sample in self.samples if sample.metric == metric]
        assert {sample.labels["kind"] for sample in found} == {"task"}
        return {_labels(sample.labels): sample.value for sample in found}

    def in_opentelemetry(self, metric: str) -> dict[tuple[str, str, str], float]:
        counted: Counter[tuple[str, str, str]] = Counter()
        for point in self.points:
            if point.metric == metric:
                assert point.attributes["kind"] == "task"
                counted[_labels(point.attributes)] += point.count or int(point.value)
        return dict(counted)


def _labels(labels: Mapping[str, str]) -> tuple[str, str, str]:
    return labels["code_owner"], labels.get("code_owner_theme", ""), labels.get("code_owner_squad", "")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    folder = tmp_path_factory.mktemp("metered")
    for name, text in PROJECT.items():
        (folder / name).write_text(text)
    prometheus = PrometheusServer(folder, python=Path(sys.executable))
    with RedisServer(folder) as redis, prometheus, OtlpReceiver() as receiver:
        client = {**os.environ, "BROKER": redis.url}
        # Of two children's points with the same attributes, sums since the last export add up.
        exporting = {**receiver.environment, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"}
        worker = Started(
            [sys.executable, "-m", "celery", "-A", "metered", "worker", "-P", "prefork", "-c", "2", "-l", "info"],
            log=folder / "worker.log",
            environment={**client, **prometheus.environment, **exporting},
            cwd=folder,
            ready_line=" ready.",
        )
        with worker:
            worker.await_ready()
            send = [sys.executable, "send.py"]
            for more in ({"WITHOUT_WHOSE": "yes"}, {}):
                run(send, log=folder / "send.log", environment={**client, **more}, cwd=folder)
            end = time.monotonic() + SECONDS_TO_EXPORT
            while _durations(receiver.points()) < sum(WORKS.values()) and time.monotonic() < end:
                time.sleep(0.1)
        yield Counted(prometheus.samples(), prometheus.complaints(), receiver.points())


def _durations(points: tuple[ReceivedPoint, ...]) -> int:
    return sum(point.count for point in points if point.metric == "whose_work_seconds")


def test_works_are_counted_by_owner_and_level(counted: Counted) -> None:
    assert counted.in_prometheus("whose_work_total") == WORKS
    assert counted.in_opentelemetry("whose_work") == WORKS


def test_failures_are_counted_with_who_is_at_fault(counted: Counted) -> None:
    assert counted.in_prometheus("whose_work_failures_total") == {("red", "warm", "r"): 7}
    assert counted.in_opentelemetry("whose_work_failures") == {("red", "warm", "r"): 7}
    told = {sample.labels.get("code_owner_at_fault") for sample in counted.samples if "failures_total" in sample.metric}
    told |= {point.attributes["code_owner_at_fault"] for point in counted.points if "failures" in point.metric}
    assert told == {"red"}


def test_what_nobody_owns_is_counted(counted: Counted) -> None:
    unowned = [sample for sample in counted.samples if sample.metric == "whose_unowned_total"]
    assert [(sample.labels["kind"], sample.labels.get("code_owner"), sample.value) for sample in unowned] == [
        ("task", None, 5)
    ]
    points = [point for point in counted.points if point.metric == "whose_unowned"]
    assert {tuple(point.attributes.items()) for point in points} == {(("kind", "task"),)}
    assert sum(point.value for point in points) == 5


def test_every_work_is_timed(counted: Counted) -> None:
    assert counted.in_prometheus("whose_work_seconds_count") == WORKS
    assert counted.in_opentelemetry("whose_work_seconds") == WORKS
    assert all(seconds > 0 for seconds in counted.in_prometheus("whose_work_seconds_sum").values())


def test_waits_in_the_queue_are_timed_where_the_sender_says_since_when(counted: Counted) -> None:
    assert counted.in_prometheus("whose_queue_seconds_count") == WAITS
    assert counted.in_opentelemetry("whose_queue_seconds") == WAITS


def test_a_wait_begins_at_the_eta(counted: Counted) -> None:
    waited = counted.in_prometheus("whose_queue_seconds_sum")
    assert 0 < waited["green", "", ""] < 3  # two tasks that were sent three seconds ahead
    assert sum(
        point.value
        for point in counted.points
        if (point.metric, point.attributes.get("code_owner")) == ("whose_queue_seconds", "green")
    ) == pytest.approx(waited["green", "", ""])


@pytest.mark.parametrize("metric", ["whose_work_seconds", "whose_queue_seconds"])
def test_the_buckets_of_a_histogram_are_ours_and_add_up(counted: Counted, metric: str) -> None:
    counts = counted.in_prometheus(f"{metric}_count")
    for labels, count in counts.items():
        buckets = sorted(
            (float(sample.labels["le"]), sample.value)
            for sample in counted.samples
            if sample.metric == f"{metric}_bucket" and _labels(sample.labels) == labels
        )
        assert tuple(bound for bound, _ in buckets) == (*BUCKETS, float("inf"))
        amounts = [amount for _, amount in buckets]
        assert amounts == sorted(amounts)
        assert amounts[-1] == count
    assert {point.bounds for point in counted.points if point.metric == metric} == {BUCKETS}


def test_own_seconds_are_counted_by_owner_alone(counted: Counted) -> None:
    own = {
        sample.labels["code_owner"]: sample.value
        for sample in counted.samples
        if sample.metric == "whose_own_seconds_total"
    }
    whole = counted.in_prometheus("whose_work_seconds_sum")
    assert own == pytest.approx({owner: seconds for (owner, *_), seconds in whole.items()})


def test_promtool_finds_nothing_wrong_with_what_was_scraped(counted: Counted) -> None:
    assert counted.complaints == ""
