"""Who is at fault, as the real agents send it: errors that leave a task, and errors that code reports by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.agents import Agent, AgentName
from tests.frames import OUR_CODE

PROGRAM = {
    "fault_red.py": """
from celery import Celery
import fault_blue

app = Celery("faults", broker="memory://", backend="cache+memory://")
app.conf.task_store_eager_result = False

@app.task(name="red.fails_in_blue")
def fails_in_blue():
    fault_blue.fails()

@app.task(name="red.reports_blues_error")
def reports_blues_error():
    try:
        fault_blue.fails()
    except LookupError as error:
        fault_blue.report(error)

@app.task(name="red.handles_what_its_part_raised")
def handles_what_its_part_raised():
    try:
        fails_in_blue()
    except LookupError:
        pass
""",
    "fault_blue.py": """
def fails():
    raise LookupError("in blue")

def report(error):
    import sys
    if "newrelic.agent" in sys.modules:
        import newrelic.agent
        newrelic.agent.notice_error(error=(type(error), error, error.__traceback__))
    from opentelemetry import trace
    trace.get_current_span().record_exception(error)
""",
    "program.py": """
import os
if "WITHOUT_WHOSE" not in os.environ:
    import whose
    whose.install()
import fault_red
if __name__ == "__main__":
    if os.environ["AGENT"] == "newrelic":
        import newrelic.agent
        newrelic.agent.register_application(timeout=30)
    elif os.environ["AGENT"] == "opentelemetry":
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        CeleryInstrumentor().instrument()
    for task in (fault_red.fails_in_blue, fault_red.reports_blues_error, fault_red.handles_what_its_part_raised):
        task.apply()
""",
    "whose.toml": '[tool.whose.mappings]\nred = ["fault_red"]\nblue = ["fault_blue"]\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in PROGRAM.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(agent: Agent, command: list[str], project: Path, **more: str) -> None:
    environment = {**os.environ, **agent.environment, "AGENT": agent.name, "PYTHONPATH": str(project), **more}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_new_relics_error_events_say_who_is_at_fault(project: Path) -> None:
    with Agent("newrelic", project) as agent:
        run(agent, agent.command("celery", [str(project / "program.py")]), project)
        sent = agent.sent()
    errors = {event.name.rpartition("/")[2]: event.user for event in sent.errors}
    assert errors.keys() == {"red.fails_in_blue", "red.reports_blues_error"}
    for name, attributes in errors.items():
        assert attributes["code_owner"] == "red", name
        assert attributes["code_owner_at_fault"] == "blue", name
    transactions = {event.name.rpartition("/")[2]: event.user for event in sent.transactions}
    assert transactions["red.fails_in_blue"]["code_owner_at_fault"] == "blue"
    # It succeeded: what a part of it raised was handled.
    assert "code_owner_at_fault" not in transactions["red.handles_what_its_part_raised"]


def test_opentelemetrys_exception_events_say_who_is_at_fault(project: Path) -> None:
    with Agent("opentelemetry", project) as agent:
        run(agent, [sys.executable, str(project / "program.py")], project)
        spans = {span.name.removeprefix("run/"): span for span in agent.sent().spans}
    failed, reported = spans["red.fails_in_blue"], spans["red.reports_blues_error"]
    assert failed.attributes["code_owner"] == "red"
    assert failed.attributes["code_owner_at_fault"] == "blue"
    for span in (failed, reported):
        (event,) = span.events
        assert event.attributes["code_owner_at_fault"] == "blue"
    assert "code_owner_at_fault" not in spans["red.handles_what_its_part_raised"].attributes


def grouped_by_newrelic(agent: Agent) -> list[Any]:
    assert agent._newrelic is not None
    # Beside these a trace has its time and the id of its transaction, which differ from run to run.
    traces = [
        [path, message, kind, details["stack_trace"], details["intrinsics"].get("error.group.name")]
        for _, path, message, kind, details, *_ in agent._newrelic.error_traces
    ]
    events = [
        [event.intrinsics.get(key) for key in ("error.class", "error.message", "error.expected", "error.group.name")]
        for event in agent.sent().errors
    ]
    return sorted([*traces, *events], key=str)


def grouped_by_datadog(agent: Agent) -> list[Any]:
    keys = ("error.type", "error.message", "error.stack")
    spans = [span for span in agent.sent().datadog if span.is_error]
    return [[span.name, span.resource, *(span.tags.get(key) for key in keys)] for span in spans]


def grouped_by_sentry(agent: Agent) -> list[Any]:
    keys = ("fingerprint", "exception", "transaction", "level")
    return [[event.payload.get(key) for key in keys] for event in agent.sent().sentry_errors]


@pytest.mark.parametrize(
    ("name", "grouped"),
    [("newrelic", grouped_by_newrelic), ("datadog", grouped_by_datadog), ("sentry", grouped_by_sentry)],
)
def test_errors_are_grouped_as_without_us(
    name: AgentName, grouped: Callable[[Agent], list[Any]], project: Path
) -> None:
    outcomes = []
    for more in ({}, {"WITHOUT_WHOSE": "yes"}):
        folder = project / (more.get("WITHOUT_WHOSE") or "no")
        folder.mkdir()
        with Agent(name, folder) as agent:
            run(agent, agent.command("celery", [str(project / "program.py")]), project, **more)
            outcomes.append(grouped(agent))
    assert outcomes[0]
    assert outcomes[0] == outcomes[1]
    assert OUR_CODE not in str(outcomes)
