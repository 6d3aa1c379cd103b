"""What a work cost each owner, as the real agents send it beside the work's owner."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.outcome import Sent

PROGRAM = {
    "pays_blue.py": """
import time

def register(app):
    @app.task(name="blue.part")
    def part():
        time.sleep(0.02)
    return part
""",
    "pays_red.py": """
import time
import pays_blue
from celery import Celery

app = Celery("pays", broker="memory://", backend="cache+memory://")
part = pays_blue.register(app)

@app.task(name="red.whole")
def whole():
    time.sleep(0.01)
    part()
""",
    "program.py": """
import os
import whose
whose.install()
import pays_red
if "newrelic" in os.environ["AGENT"]:
    import newrelic.agent
    newrelic.agent.register_application(timeout=30)
pays_red.whole.apply()
""",
    "whose.toml": 'costs = ["wall", "cpu"]\n[mappings]\nred = ["pays_red"]\nblue = ["pays_blue"]\n',
}
PREFIXES = ("code_owner_own_seconds.", "code_owner_own_cpu_seconds.")


def in_newrelic(sent: Sent) -> list[Mapping[str, Any]]:
    return [event.user for event in sent.transactions]


def in_opentelemetry(sent: Sent) -> list[Mapping[str, Any]]:
    return [span.attributes for span in sent.spans if span.name == "run/red.whole"]


def in_datadog(sent: Sent) -> list[Mapping[str, Any]]:
    return [span.metrics for span in sent.datadog if span.resource == "red.whole"]


def in_sentry(sent: Sent) -> list[Mapping[str, Any]]:
    payloads = [item.payload for item in sent.sentry_transactions]
    return [span.get("data") or {} for payload in payloads for span in payload["spans"]]


def in_elastic(sent: Sent) -> list[Mapping[str, Any]]:
    # The agent puts underscores in place of dots.
    return [
        {key.replace("_seconds_", "_seconds."): value for key, value in event.labels.items()}
        for event in sent.elastic_transactions
    ]


@pytest.mark.parametrize(
    ("name", "costs_in"),
    [
        ("newrelic", in_newrelic),
        ("opentelemetry", in_opentelemetry),
        ("datadog", in_datadog),
        pytest.param("sentry", in_sentry, marks=pytest.mark.slow),
        pytest.param("elastic", in_elastic, marks=pytest.mark.slow),
    ],
)
def test_the_agent_is_told_what_a_work_cost_each_owner(
    name: AgentName, costs_in: Callable[[Sent], list[Mapping[str, Any]]], tmp_path: Path
) -> None:
    for file, text in PROGRAM.items():
        (tmp_path / file).write_text(text)
    with Agent(name, tmp_path) as agent:
        environment = {**os.environ, **agent.environment, "AGENT": name, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            agent.command("celery", [str(tmp_path / "program.py")]),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        agent.await_batches()
        told = costs_in(agent.sent())
    kept = [{key: value for key, value in one.items() if key.startswith(PREFIXES)} for one in told]
    (costs,) = [one for one in kept if one]
    assert costs.keys() == {prefix + team for prefix in PREFIXES for team in ("red", "blue")}
    assert 0.01 <= costs["code_owner_own_seconds.red"] < costs["code_owner_own_seconds.blue"]
    assert 0 < costs["code_owner_own_cpu_seconds.red"] < costs["code_owner_own_seconds.red"]
