"""The test transaction of ``whose doctor`` arrives at each agent's receiver, once, with its owner and its name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.environments import programs_of
from tests.agents.receivers.datadog import DatadogAgent
from tests.agents.receivers.elastic import ElasticReceiver
from tests.agents.receivers.newrelic import Collector
from tests.agents.receivers.otlp import OtlpReceiver
from tests.agents.receivers.otlp_grpc import OtlpGrpcReceiver
from tests.agents.receivers.prometheus import PrometheusServer
from tests.agents.receivers.sentry import SentryReceiver
from tests.agents.test_oldest_versions import AGENTS_OF_OLD
from whose.cli import FOUND

#: The oldest agents, with what the command line and the exporters need.
OLDEST = (
    *AGENTS_OF_OLD,
    "newrelic==9.0.0",
    "opentelemetry-distro==0.41b0",
    "opentelemetry-exporter-otlp-proto-grpc==1.20.0",
    "click",
    "rich",
    "setuptools<81",
)
RULES = '[tool.whose.mappings]\nteam-red = ["shop"]\n[tool.whose.teams.team-red]\nlevels = { squad = "red" }\n'
OWNED = {"code_owner": "team-red", "code_owner_squad": "red"}
MARK = "the program itself has run"
#: Settings of agents and of ours that the surrounding environment must not add.
_AGENTS = ("NEW_RELIC_", "OTEL_", "DD_", "SENTRY_", "ELASTIC_", "PROMETHEUS_", "WHOSE_")
TRACING = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.{protocol}.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
"""
METERING = """
from opentelemetry import metrics
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
metrics.set_meter_provider(MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())]))
"""
#: The one that the rates leave alone is left out but once in a million.
SENTRY = "import sentry_sdk\nsentry_sdk.init(traces_sample_rate=1e-6)\n"


@pytest.fixture(params=["these", pytest.param("oldest", marks=pytest.mark.slow)])
def programs(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the programs of an environment with these agents, or the oldest."""
    if request.param == "these":
        return Path(sys.executable).parent
    return programs_of("doctor-oldest", OLDEST)


def run(
    folder: Path,
    *,
    programs: Path,
    environment: Mapping[str, str],
    launcher: Sequence[str] = (),
    module: str = "",
    sinks: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run ``whose doctor`` on a program under a launcher, or with a module of this text imported."""
    (folder / "whose.toml").write_text((f"[tool.whose]\nsinks = [{sinks}]\n" if sinks else "") + RULES)
    (folder / "monitored.py").write_text(module)
    (folder / "program.py").write_text(f"print({MARK!r})\n")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_AGENTS)}
    looked_at = ["--", *launcher, str(programs / "python"), "program.py"] if launcher else ["--import", "monitored"]
    return subprocess.run(
        [str(programs / "whose"), "doctor", "--send-test", "--json", *looked_at],
        cwd=folder,
        env={**inherited, **environment, "PATH": os.pathsep.join((str(programs), os.environ.get("PATH", "")))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str], sink: str) -> str:
    """Return the name that was printed, all being well and nothing else having been tried."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert MARK not in done.stdout + done.stderr
    document: Any = json.loads(done.stdout)
    (tried,) = document["tried"]
    assert (tried["sink"], tried["is_sent"]) == (sink, True)
    assert OWNED.items() <= tried["carried"].items()
    name = document["test_name"]
    assert isinstance(name, str)
    assert name.startswith("whose doctor ")
    assert name in tried["message"] or "whose_work" in tried["message"]
    return name


@pytest.mark.parametrize("way", ["newrelic-admin", "import"])
def test_new_relic_is_sent_it(way: str, programs: Path, tmp_path: Path) -> None:
    launcher = ("newrelic-admin", "run-program") if way == "newrelic-admin" else ()
    module = "import newrelic.agent\nnewrelic.agent.initialize()\n"
    with Collector(tmp_path) as collector:
        done = run(tmp_path, programs=programs, environment=collector.environment, launcher=launcher, module=module)
    (transaction,) = collector.transactions()
    assert transaction.name == f"OtherTransaction/Doctor/{told(done, 'newrelic')}"
    assert OWNED.items() <= transaction.user.items()


@pytest.mark.parametrize("way", ["opentelemetry-instrument", "import"])
@pytest.mark.parametrize("receiver", [OtlpReceiver, OtlpGrpcReceiver], ids=["http", "grpc"])
def test_opentelemetrys_collector_is_sent_it(
    receiver: type[OtlpReceiver | OtlpGrpcReceiver], way: str, programs: Path, tmp_path: Path
) -> None:
    environment = {"OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
    module = TRACING.format(protocol="http" if receiver is OtlpReceiver else "grpc")
    launcher = (way,) if way != "import" else ()
    with receiver() as collector:
        done = run(
            tmp_path,
            programs=programs,
            environment=environment | collector.environment,
            launcher=launcher,
            module=module,
        )
    (span,) = collector.spans()
    assert (span.name, span.kind) == (told(done, "opentelemetry"), "CONSUMER")
    assert OWNED.items() <= span.attributes.items()


@pytest.mark.parametrize("way", ["opentelemetry-instrument", "import"])
def test_opentelemetrys_collector_is_sent_a_count_where_metrics_are_named(
    way: str, programs: Path, tmp_path: Path
) -> None:
    environment = {"OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
    launcher = (way,) if way != "import" else ()
    with OtlpReceiver() as collector:
        done = run(
            tmp_path,
            programs=programs,
            environment=environment | collector.environment,
            launcher=launcher,
            module=METERING,
            sinks='"opentelemetry_metrics"',
        )
    told(done, "opentelemetry_metrics")
    points = [point for point in collector.points() if point.metric == "whose_work"]
    assert points
    assert all(point.attributes == {"kind": "block", **OWNED} for point in points)


@pytest.mark.parametrize("way", ["ddtrace-run", "import"])
def test_datadogs_agent_is_sent_it(way: str, programs: Path, tmp_path: Path) -> None:
    launcher = (way,) if way != "import" else ()
    with DatadogAgent(tmp_path) as agent:
        # Whatever the rate, this one is kept.
        environment = agent.environment | {"DD_TRACE_SAMPLING_RULES": '[{"sample_rate": 0}]'}
        done = run(
            tmp_path, programs=programs, environment=environment, launcher=launcher, module="import ddtrace.auto\n"
        )
        (span,) = agent.spans()
    assert (span.name, span.resource) == ("whose.doctor", told(done, "datadog"))
    assert (OWNED | {"team": "team-red"}).items() <= span.tags.items()
    assert span.metrics["_sampling_priority_v1"] == 2


def test_sentry_is_sent_it(programs: Path, tmp_path: Path) -> None:
    with SentryReceiver() as receiver:
        done = run(tmp_path, programs=programs, environment=receiver.environment, module=SENTRY)
    (transaction,) = receiver.items("transaction")
    assert transaction.name == told(done, "sentry")
    assert OWNED.items() <= transaction.tags.items()


def test_elastic_is_sent_it(programs: Path, tmp_path: Path) -> None:
    with ElasticReceiver() as receiver:
        done = run(
            tmp_path,
            programs=programs,
            environment=receiver.environment,
            module="import elasticapm\nelasticapm.Client()\n",
        )
    (transaction,) = receiver.events("transaction")
    assert transaction.payload["name"] == told(done, "elastic")
    assert OWNED.items() <= transaction.labels.items()


def test_prometheus_scrapes_one_block_more(programs: Path, tmp_path: Path) -> None:
    with PrometheusServer(tmp_path, python=programs / "python") as server:
        done = run(tmp_path, programs=programs, environment=server.environment, module="import prometheus_client\n")
        samples = [sample for sample in server.samples() if sample.metric == "whose_work_total"]
    told(done, "prometheus")
    (sample,) = samples
    assert sample.value == 1
    assert ({"kind": "block"} | OWNED).items() <= sample.labels.items()


#: Nobody listens there.
NOWHERE = "http://127.0.0.1:9"
UNREACHABLE = {
    "datadog": ("import ddtrace.auto\n", {"DD_TRACE_AGENT_URL": NOWHERE}),
    "elastic": ("import elasticapm\nelasticapm.Client()\n", {"ELASTIC_APM_SERVER_URL": NOWHERE}),
    "opentelemetry": (
        TRACING.format(protocol="http"),
        {"OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"},
    ),
    "sentry": (SENTRY, {"SENTRY_DSN": "http://key@127.0.0.1:9/1"}),
}


@pytest.mark.parametrize("sink", UNREACHABLE)
def test_what_an_agent_could_not_hand_over_is_not_told_to_be_on_its_way(
    sink: str, programs: Path, tmp_path: Path
) -> None:
    module, environment = UNREACHABLE[sink]
    done = run(tmp_path, programs=programs, environment=environment, module=module)
    (tried,) = json.loads(done.stdout)["tried"]
    assert (done.returncode, tried["sink"], tried["is_sent"]) == (FOUND, sink, False), done.stderr


def test_a_collector_that_takes_traces_alone_is_sent_them(programs: Path, tmp_path: Path) -> None:
    module = METERING + TRACING.format(protocol="http")
    environment = {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{NOWHERE}/v1/metrics", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    sinks = '"opentelemetry", "opentelemetry_metrics"'
    with OtlpReceiver() as collector:
        done = run(
            tmp_path, programs=programs, environment=collector.environment | environment, module=module, sinks=sinks
        )
    assert [span.name for span in collector.spans()] == [json.loads(done.stdout)["test_name"]]
    tried = {one["sink"]: one["is_sent"] for one in json.loads(done.stdout)["tried"]}
    assert tried == {"opentelemetry": True, "opentelemetry_metrics": False}, done.stderr


def test_several_agents_are_sent_it_in_one_go(programs: Path, tmp_path: Path) -> None:
    launcher = ("newrelic-admin", "run-program", "ddtrace-run")
    with Collector(tmp_path) as collector, DatadogAgent(tmp_path) as agent:
        done = run(
            tmp_path, programs=programs, environment=collector.environment | agent.environment, launcher=launcher
        )
        (span,) = agent.spans()
    (transaction,) = collector.transactions()
    assert done.returncode == 0, done.stdout + done.stderr
    assert transaction.name == f"OtherTransaction/Doctor/{span.resource}"
    assert OWNED.items() <= transaction.user.items()
    assert OWNED.items() <= span.tags.items()
