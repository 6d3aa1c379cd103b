"""Agents that are loaded but cannot send: ``whose doctor`` names what they lack, and the program notices nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_doctor import AGENTS, BIN, NO_DATADOG, PROGRAM, RULES, doctor
from whose.cli import FOUND

TRACING = "from opentelemetry import trace\nfrom opentelemetry.sdk.trace import TracerProvider\n"
METERING = "from opentelemetry import metrics\nfrom opentelemetry.sdk.metrics import MeterProvider\n"
INSTRUMENTED = [
    str(BIN / "opentelemetry-instrument"),
    *(f"--{kind}_exporter=none" for kind in ("traces", "metrics", "logs")),
]


@dataclass(frozen=True)
class Case:
    sink: str
    #: What is imported, or else what stands before the program.
    module: str = ""
    launcher: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Whether the configuration names the sink.
    is_named: bool = False
    lacks: str = ""
    #: The variable, call or command that mends it.
    mend: str = ""
    #: Whether it may be meant so, and the exit code does not count it.
    is_doubtful: bool = False


KEY = {"NEW_RELIC_LICENSE_KEY": "0" * 40}
CASES = {
    "newrelic, key alone": Case(
        "newrelic", environment=KEY, lacks="not started here", mend="newrelic-admin run-program"
    ),
    "newrelic, key alone, before a program": Case(
        "newrelic",
        launcher=(sys.executable,),
        environment=KEY,
        lacks="not started here",
        mend="newrelic.agent.initialize()",
    ),
    "newrelic, imported alone": Case(
        "newrelic", "import newrelic.agent", lacks="not started here", mend="newrelic.agent.initialize()"
    ),
    "newrelic, no key": Case(
        "newrelic",
        "import newrelic.agent\nnewrelic.agent.initialize()",
        lacks="no license key",
        mend="NEW_RELIC_LICENSE_KEY",
    ),
    "newrelic, switched off": Case(
        "newrelic",
        "import newrelic.agent\nnewrelic.agent.initialize()",
        environment={**KEY, "NEW_RELIC_MONITOR_MODE": "false"},
        lacks="switched off",
        mend="NEW_RELIC_MONITOR_MODE",
    ),
    "newrelic-admin, no key": Case(
        "newrelic",
        launcher=(str(BIN / "newrelic-admin"), "run-program", sys.executable),
        lacks="starts no agent without a license key",
        mend="NEW_RELIC_CONFIG_FILE",
        is_doubtful=True,
    ),
    "opentelemetry, no provider": Case(
        "opentelemetry", is_named=True, lacks="no tracer provider", mend="trace.set_tracer_provider"
    ),
    "opentelemetry, SDK loaded": Case(
        "opentelemetry", TRACING, lacks="no tracer provider", mend="opentelemetry-instrument", is_doubtful=True
    ),
    "opentelemetry, no exporter": Case(
        "opentelemetry",
        TRACING + "trace.set_tracer_provider(TracerProvider())",
        lacks="no exporter",
        mend="provider.add_span_processor",
    ),
    "opentelemetry, only our processor": Case(
        "opentelemetry",
        TRACING
        + "from whose.sinks.opentelemetry_processor import CodeOwnerSpanProcessor\n"
        + "trace.set_tracer_provider(TracerProvider())\n"
        + "trace.get_tracer_provider().add_span_processor(CodeOwnerSpanProcessor())",
        lacks="no exporter",
        mend="provider.add_span_processor",
    ),
    "opentelemetry-instrument, no exporter": Case(
        "opentelemetry",
        launcher=(*INSTRUMENTED, sys.executable),
        lacks="no exporter",
        mend="OTEL_TRACES_EXPORTER",
    ),
    "opentelemetry, switched off": Case(
        "opentelemetry",
        TRACING + "trace.set_tracer_provider(TracerProvider())",
        environment={"OTEL_SDK_DISABLED": "true"},
        lacks="switched off",
        mend="OTEL_SDK_DISABLED",
    ),
    "opentelemetry_metrics, no provider": Case(
        "opentelemetry_metrics", is_named=True, lacks="no meter provider", mend="metrics.set_meter_provider"
    ),
    "opentelemetry_metrics, no reader": Case(
        "opentelemetry_metrics",
        METERING + "metrics.set_meter_provider(MeterProvider())",
        is_named=True,
        lacks="no reader",
        mend="OTEL_METRICS_EXPORTER",
    ),
    "datadog, not loaded": Case("datadog", is_named=True, lacks="not loaded", mend="ddtrace-run"),
    "datadog, nothing patched": Case(
        "datadog", "import ddtrace", lacks="nothing is patched", mend="import ddtrace.auto", is_doubtful=True
    ),
    "datadog, switched off": Case(
        "datadog",
        launcher=(str(BIN / "ddtrace-run"), sys.executable),
        environment={"DD_TRACE_ENABLED": "false"},
        lacks="switched off",
        mend="DD_TRACE_ENABLED",
    ),
    "sentry, not loaded": Case("sentry", is_named=True, lacks="has not run", mend="sentry_sdk.init()"),
    "sentry, not started": Case("sentry", "import sentry_sdk", lacks="has not run", mend="sentry_sdk.init()"),
    "sentry, no DSN": Case("sentry", "import sentry_sdk\nsentry_sdk.init()", lacks="no DSN", mend="SENTRY_DSN"),
    "elastic, no client": Case(
        "elastic", "import elasticapm", lacks="no elasticapm.Client", mend="elasticapm.contrib.django"
    ),
    "elastic, switched off": Case(
        "elastic",
        "import elasticapm\nelasticapm.Client()",
        environment={"ELASTIC_APM_ENABLED": "false"},
        lacks="switched off",
        mend="ELASTIC_APM_ENABLED",
    ),
    "elastic, not recording": Case(
        "elastic",
        "import elasticapm\nelasticapm.Client()",
        environment={"ELASTIC_APM_RECORDING": "false"},
        lacks="does not record",
        mend="ELASTIC_APM_RECORDING",
    ),
    "elastic, sending switched off": Case(
        "elastic",
        "import elasticapm\nelasticapm.Client()",
        environment={"ELASTIC_APM_DISABLE_SEND": "true"},
        lacks="sends nothing",
        mend="ELASTIC_APM_DISABLE_SEND",
    ),
    "prometheus, no folder": Case(
        "prometheus",
        "import prometheus_client",
        environment={"PROMETHEUS_MULTIPROC_DIR": "/no/such/folder"},
        lacks="PROMETHEUS_MULTIPROC_DIR=/no/such/folder is no folder",
        mend="make it",
    ),
    "prometheus, no server": Case(
        "prometheus", "import prometheus_client", lacks="on no port", mend="start_http_server", is_doubtful=True
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_an_agent_lacks_is_named_with_its_mend(case: Case, tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text(case.module)
    rules = (f'[tool.whose]\nsinks = ["{case.sink}"]\n' if case.is_named else "") + RULES
    looked_at = ["--", *case.launcher, *PROGRAM[1:]] if case.launcher else ["--import", "monitored"]
    done = doctor(tmp_path, "--json", "--send-test", *looked_at, rules=rules, environment=case.environment)
    document = json.loads(done.stdout)
    (finding,) = [one for one in document["findings"] if one["place"] == f"sink {case.sink!r}"]
    assert case.lacks in finding["message"]
    assert case.mend in finding["mend"]
    assert (finding["is_doubtful"], finding["is_fatal"]) == (case.is_doubtful, False)
    if not case.is_doubtful:
        assert done.returncode == FOUND
        # No transaction is told to be on its way.
        (tried,) = [one for one in document["tried"] if one["sink"] == case.sink]
        assert (tried["is_sent"], tried["message"]) == (False, f"{finding['message']}; {finding['mend']}")


@pytest.mark.parametrize(
    ("sink", "module"),
    [
        ("prometheus", "from prometheus_client import start_http_server\nstart_http_server(0, addr='127.0.0.1')"),
        ("datadog", "import ddtrace\nddtrace.patch(logging=True)"),
    ],
)
def test_an_agent_that_lacks_nothing_is_no_finding(sink: str, module: str, tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text(module)
    done = doctor(tmp_path, "--json", "--import", "monitored")
    document = json.loads(done.stdout)
    assert (done.returncode, document["findings"]) == (0, [])
    assert [one["is_active"] for one in document["sinks"] if one["name"] == sink] == [True]


WORKS = """
import json, whose
whose.install({"mappings": {"red": ["shop"]}})
results = []
for kind in ("request", "task", "block"):
    with whose.attributing("shop", kind=kind):
        results.append(whose.current().attributes["code_owner"])
    try:
        with whose.attributing("shop", kind=kind):
            raise KeyError(kind)
    except KeyError as error:
        results.append(error.args[0])
stats = whose.stats()
print(json.dumps([results, sorted(stats["sinks"]), stats["contained_errors"]]))
"""
RESULTS = ["red", "request", "red", "task", "red", "block"]


def run(program: str, **environment: str) -> Any:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(AGENTS)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**inherited, **NO_DATADOG, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_program_runs_on_as_if_agents_that_are_only_loaded_were_not_there() -> None:
    loaded = "import ddtrace, elasticapm, newrelic.agent, opentelemetry.sdk.trace, prometheus_client, sentry_sdk\n"
    sinks = ["datadog", "elastic", "logging", "newrelic", "opentelemetry", "prometheus", "sentry"]
    assert run(loaded + WORKS, DD_TRACE_ENABLED="false") == [RESULTS, sinks, {}]


def test_a_program_runs_on_where_the_folder_of_metrics_is_missing() -> None:
    folder = {"PROMETHEUS_MULTIPROC_DIR": "/no/such/folder"}
    results, sinks, contained = run("import prometheus_client\n" + WORKS, **folder)
    assert (results, "prometheus" in sinks) == (RESULTS, True)
    assert set(contained) == {"sink prometheus: FileNotFoundError"}


def test_an_agent_that_is_started_after_install_is_told_the_owner() -> None:
    program = """
import elasticapm, json, sentry_sdk, whose
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

whose.install({"mappings": {"red": ["shop"]}})
provider, spans, events = TracerProvider(), InMemorySpanExporter(), []
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
sentry_sdk.init("http://key@127.0.0.1:9/1", before_send=lambda event, hint: events.append(event))
client = elasticapm.Client(disable_send=True)
transaction = client.begin_transaction("script")
with sentry_sdk.isolation_scope(), trace.get_tracer("shop").start_as_current_span("pay"):
    with whose.attributing("shop", kind="task"):
        sentry_sdk.capture_message("paid")
owners = [spans.get_finished_spans()[0].attributes["code_owner"], events[0]["tags"]["code_owner"]]
print(json.dumps([*owners, transaction.labels["code_owner"]]))
"""
    assert run(program) == ["red", "red", "red"]
