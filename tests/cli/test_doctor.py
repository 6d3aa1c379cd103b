"""``whose doctor``: what runs here, what is written where, what is missing, and one transaction to look for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whose.cli import FAILED, FOUND, USAGE
from whose.libraries import Library, library_of
from whose.report.doctor import looking

BIN = Path(sys.executable).parent
WHOSE = str(BIN / "whose")
RULES = '[tool.whose.mappings]\nteam-red = ["shop"]\n[tool.whose.teams.team-red]\nlevels = { squad = "red" }\n'
NO_DATADOG = {"DD_TRACE_ENABLED": "false", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
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


def doctor(folder: Path, *arguments: str, rules: str = RULES) -> subprocess.CompletedProcess[str]:
    if rules:
        (folder / "whose.toml").write_text(rules)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NEW_RELIC_", "WHOSE_"))}
    return subprocess.run(
        [WHOSE, "doctor", *arguments],
        cwd=folder,
        env={**environment, **NO_DATADOG},
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
    assert "its agent runs here, and gets nothing" in done.stdout


def test_the_test_transaction_carries_the_owner(tmp_path: Path) -> None:
    (tmp_path / "monitored.py").write_text(SDK)
    done = doctor(tmp_path, "--import", "monitored", "--send-test", "--json")
    assert done.returncode == 0, done.stderr
    (tried,) = json.loads(done.stdout)["tried"]
    assert tried["is_sent"]
    assert "code_owner = team-red" in tried["message"]
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


def test_versions_are_compared_by_their_numbers() -> None:
    assert Library("a", "a", "5.3", "5.2.10").is_too_old
    assert not Library("a", "a", "5.3", "5.10").is_too_old
    assert not Library("a", "a", "5.3.0", "5.3").is_too_old
    metrics = library_of("opentelemetry_metrics")
    assert metrics is not None
    assert metrics.name == "opentelemetry-api"
    assert library_of("logging") is None
