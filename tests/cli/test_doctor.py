"""``whose doctor``: what runs here, what is written where, what is missing, and one transaction to look for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from whose.cli import FAILED, FOUND, USAGE
from whose.libraries import Library, library_of
from whose.report.doctor import looking

BIN = Path(sys.executable).parent
WHOSE = str(BIN / "whose")
RULES = '[tool.whose.mappings]\nteam-red = ["shop"]\n[tool.whose.teams.team-red]\nlevels = { squad = "red" }\n'
#: Its agent is nowhere, and nothing asks for it.
NO_DATADOG = {
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
}
OPENTELEMETRY = [
    str(BIN / "opentelemetry-instrument"),
    *(f"--{kind}_exporter={to}" for kind, to in (("traces", "console"), ("metrics", "none"), ("logs", "none"))),
]
SDK = """
import sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
trace.set_tracer_provider(provider)
"""
MARK = "the program itself has run"
PROGRAM = [sys.executable, "-c", f"print({MARK!r})"]


#: Settings of agents and of ours that the surrounding environment must not add.
AGENTS = ("NEW_RELIC_", "OTEL_", "DD_", "SENTRY_", "ELASTIC_", "PROMETHEUS_", "WHOSE_")


def doctor(
    folder: Path, *arguments: str, rules: str = RULES, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    if rules:
        (folder / "whose.toml").write_text(rules)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(AGENTS)}
    return subprocess.run(
        [WHOSE, "doctor", *arguments],
        cwd=folder,
        env={**inherited, **NO_DATADOG, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def sinks_in(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {sink["name"]: sink for sink in json.loads(done.stdout)["sinks"]}


def test_where_no_agent_runs_that_is_said(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.returncode == FOUND
    assert "no monitoring agent runs here" in done.stdout
    assert "whose.toml" in done.stdout


@pytest.mark.parametrize(
    ("front", "sink"),
    [([str(BIN / "ddtrace-run")], "datadog"), (OPENTELEMETRY, "opentelemetry"), ([], None)],
    ids=["ddtrace-run", "opentelemetry-instrument", "no agent"],
)
def test_a_commands_environment_is_looked_at_without_running_the_program(
    tmp_path: Path, front: list[str], sink: str | None
) -> None:
    done = doctor(tmp_path, "--json", "--", *front, *PROGRAM)
    running = {name for name, found in sinks_in(done).items() if found["is_active"]} - {"logging"}
    assert running == ({sink} if sink else set()), done.stderr
    assert MARK not in done.stdout + done.stderr
    assert done.returncode == (0 if sink else FOUND)


def test_the_command_may_have_whose_in_it_already(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json", "--", WHOSE, "run", str(BIN / "ddtrace-run"), *PROGRAM)
    assert sinks_in(done)["datadog"]["is_active"], done.stderr
    assert MARK not in done.stdout + done.stderr


def test_keys_are_shown_as_they_are_written(tmp_path: Path) -> None:
    rules = RULES + '[tool.whose.keys]\ncode_owner = "owner"\n[tool.whose.keys.datadog]\ncode_owner_squad = "squad"\n'
    sinks = sinks_in(doctor(tmp_path, "--json", "--", str(BIN / "ddtrace-run"), *PROGRAM, rules=rules))
    assert (sinks["datadog"]["keys"]["code_owner"], sinks["datadog"]["keys"]["code_owner_squad"]) == ("owner", "squad")
    assert sinks["logging"]["keys"]["code_owner_squad"] == "code_owner_squad"
    assert sinks["sentry"]["keys"] == {}


def test_a_wrong_configuration_is_shown_with_its_mend(tmp_path: Path) -> None:
    done = doctor(tmp_path, rules="[tool.whose]\nmapings = {}\n")
    assert done.returncode == USAGE
    assert "did you mean 'mappings'?" in done.stdout


def test_a_program_whose_configuration_exits_while_it_is_looked_at_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, whose.report.doctor.looking as looking\nlooking.look = lambda **_: sys.exit('no key')\n"
    )
    path = os.pathsep.join((str(Path(looking.__file__).with_name("probe")), str(tmp_path)))
    environment = {**os.environ, **NO_DATADOG, "PYTHONPATH": path, "WHOSE_DOCTOR_TO": str(tmp_path / "report")}
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "no key\n")
    assert not (tmp_path / "report").exists()


def test_an_agent_that_runs_and_gets_nothing_is_a_finding(tmp_path: Path) -> None:
    done = doctor(
        tmp_path, "--", str(BIN / "ddtrace-run"), *PROGRAM, rules=f'[tool.whose]\nsinks = ["logging"]\n{RULES}'
    )
    assert done.returncode == FOUND
    assert "sink 'datadog': its agent runs here, and gets nothing" in done.stdout


def test_the_test_transaction_carries_the_owner(tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text(SDK)
    done = doctor(tmp_path, "--import", "monitored", "--send-test", "--json")
    assert done.returncode == 0, done.stderr
    (tried,) = json.loads(done.stdout)["tried"]
    assert tried["is_sent"]
    assert tried["carried"]["code_owner"] == "team-red"
    # What the exporter itself has written.
    assert '"code_owner": "team-red"' in done.stderr
    assert '"code_owner_squad": "red"' in done.stderr


def test_a_test_that_is_not_sent_says_why(tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text('import sentry_sdk\nsentry_sdk.init("http://key@127.0.0.1:9/1")\n')
    done = doctor(tmp_path, "--import", "monitored", "--send-test")
    assert done.returncode == FOUND
    assert "traces_sample_rate" in done.stdout


@pytest.mark.parametrize("program", [["/bin/true"], ["no-such-program"]])
def test_a_command_that_cannot_be_looked_into_is_named(tmp_path: Path, program: list[str]) -> None:
    done = doctor(tmp_path, "--", *program)
    assert done.returncode == FAILED
    assert program[0] in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--import", "no_such_module"], FAILED, "--import no_such_module failed: ModuleNotFoundError"),
        (["--import", "monitored"], FAILED, "--import monitored failed: SystemExit"),
        (["--import", "json", "--", *PROGRAM], USAGE, "--import is for this process"),
    ],
)
def test_what_cannot_be_looked_at_has_an_exit_code_of_its_own(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "monitored.py").write_text("raise SystemExit('no key')\n")
    done = doctor(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_the_document_says_what_it_is(tmp_path: Path) -> None:
    document = json.loads(doctor(tmp_path, "--json").stdout)
    assert (document["version"], document["kind"], document["tried"]) == (1, "doctor", None)


def test_what_people_read_names_the_transaction_once_and_where_to_look_for_it(tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text("import prometheus_client, sentry_sdk\n" + SDK)
    done = doctor(tmp_path, "--import", "monitored", "--send-test", environment={"COLUMNS": "300"})
    shown = done.stdout.partition("\nTest transaction ")[2]
    name = shown.partition("\n")[0].strip('"')
    carried = "code_owner = team-red, code_owner_squad = red"
    counted = "counted, but not sent, since Prometheus fetches: look for whose_work_total on the page of metrics"
    lack = "sentry_sdk.init() has not run in this process; call sentry_sdk.init(), and --import the module that does"
    assert shown.splitlines()[1:] == [
        f'  opentelemetry: look for it: a span of kind consumer, called "{name}", by the tracer whose.doctor',
        f"    with {carried}, code_owner_module = whose.report.doctor, code_owner_source = declared",
        f"  prometheus: {counted} of a program that runs",
        f"    with kind = block, {carried}",
        f"  sentry: not sent: {lack}",
    ]
    assert "Written to logging, opentelemetry, sentry\n" in done.stdout


def test_versions_are_compared_by_their_numbers() -> None:
    assert Library("a", "a", "5.3", "5.2.10").is_too_old
    assert not Library("a", "a", "5.3", "5.10").is_too_old
    assert not Library("a", "a", "5.3.0", "5.3").is_too_old
    metrics = library_of("opentelemetry_metrics")
    assert metrics is not None
    assert metrics.name == "opentelemetry-api"
    assert library_of("logging") is None
