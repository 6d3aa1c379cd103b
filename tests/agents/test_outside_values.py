"""No value that came from outside becomes a tag, a label or a field of ours, whichever agent is told."""

from __future__ import annotations

import dataclasses
import http.client
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.outcome import Sent, load_records
from tests.agents.launchers.processes import Started, free_port, listens, run
from tests.agents.launchers.redis import RedisServer
from tests.agents.receivers.otlp import ReceivedPoint

PROJECT = Path(__file__).with_name("outside_project")
#: Stands in every path, query, header, body, argument, name and message that somebody else may write.
WORD = "evesword"
#: Agents side by side, and the sinks that are named; every active one where none is.
TOGETHER: dict[str, tuple[tuple[AgentName, ...], tuple[str, ...]]] = {
    "newrelic+sentry": (("newrelic", "sentry"), ()),
    "opentelemetry+prometheus": (
        ("opentelemetry", "prometheus"),
        ("opentelemetry", "opentelemetry_metrics", "prometheus", "logging"),
    ),
    "datadog": (("datadog",), ()),
    "elastic": (("elastic",), ()),
}
#: What the worker says when it has met the last of the messages that lead to no run of a task.
UNKNOWN = "Received unregistered task of type"
_AGENTS = ("NEW_RELIC_", "OTEL_", "DD_", "SENTRY_", "ELASTIC_", "PROMETHEUS_", "WHOSE_")
SECONDS_TO_LOG = 20


@dataclass(frozen=True, slots=True)
class Left:
    """What left the processes of a site and a worker."""

    agents: tuple[AgentName, ...]
    sent: Sent
    points: tuple[ReceivedPoint, ...]
    records: tuple[Mapping[str, Any], ...]

    @property
    def ours(self) -> list[tuple[str, object]]:
        """Return all keys and values of ours, wherever they stand."""
        metrics = [*self.sent.prometheus, *(point for point in self.points if point.metric.startswith("whose_"))]
        labels = [getattr(one, "labels", None) or getattr(one, "attributes", {}) for one in metrics]
        return [*_ours(self), *(pair for one in labels for pair in one.items())]


def _ours(value: object) -> Iterator[tuple[str, object]]:
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).startswith("code_owner") or key == "team":
                yield key, item
            # Sentry copies the arguments of the log line that an event is of; there Celery shows a message's headers.
            yield from _ours(item) if key != "logentry" else ()
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            yield from _ours(item)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name in ("datadog", "elastic") else []) for name in TOGETHER
    ],
)
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Left:
    names, sinks = TOGETHER[request.param]
    folder = tmp_path_factory.mktemp("outside")
    named = f"sinks = {list(sinks)}\n" if sinks else ""
    (folder / "whose.toml").write_text(named + (PROJECT / "whose.toml").read_text())
    port = free_port()
    with ExitStack() as stack:
        agent = stack.enter_context(Agent(*names, folder))
        redis = stack.enter_context(RedisServer(folder))
        plain = _environment(folder, redis.url, agent)
        attributed = {
            **plain,
            **agent.environment,
            "OUTSIDE_ATTRIBUTED": "yes",
            "WHOSE_CONFIG": str(folder / "whose.toml"),
        }
        programs = stack.enter_context(ExitStack())
        logged = {kind: {**attributed, "OUTSIDE_LOG": str(folder / f"{kind}.jsonl")} for kind in ("celery", "django")}
        worker = Started(
            agent.command("celery", WORKER),
            log=folder / "celery.log",
            environment=logged["celery"],
            cwd=PROJECT,
            is_ready=lambda: any(" ready." in message for message in _messages(folder)),
        )
        site = Started(
            agent.command("django", ["gunicorn", "--bind", f"127.0.0.1:{port}", "outside_wsgi"]),
            log=folder / "django.log",
            environment=logged["django"],
            cwd=PROJECT,
            is_ready=listens(port),
        )
        for started in (worker, site):
            programs.enter_context(started)
        for started in (worker, site):
            started.await_ready()
        for asked in REQUESTS:
            _ask(port, **asked)
        run(
            [str(agent.programs / "python"), "send.py", WORD],
            log=folder / "send.log",
            environment={**plain, "OUTSIDE_LOG": os.devnull},
            cwd=PROJECT,
        )
        end = time.monotonic() + SECONDS_TO_LOG
        while sum(UNKNOWN in message for message in _messages(folder)) < 3 and time.monotonic() < end:
            time.sleep(0.1)
        agent.await_batches()
        programs.close()
        records = (*load_records(folder / "celery.jsonl"), *load_records(folder / "django.jsonl"))
        points = agent._otlp.points() if agent._otlp is not None else ()
        return Left(names, agent.sent(), points, records)


WORKER = ["celery", "-A", "outside_app", "worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle"]
REQUESTS: list[dict[str, str]] = [
    {"path": f"/works/{WORD}?{WORD}={WORD}"},
    {"path": f"/works/red.{WORD}", "method": WORD.upper()},
    {"path": f"/breaks/{WORD}", "method": "POST"},
    {"path": f"/{WORD}/nowhere"},
    {"path": f"/stopped/{WORD}"},
    {"path": f"/stumbled/{WORD}"},
    {"path": f"/works/{WORD}", "host": f"{WORD}.example"},
]


def _ask(port: int, *, path: str, method: str = "GET", host: str = "127.0.0.1") -> None:
    headers = {
        "Host": host,
        "Baggage": f"code_owner_caller={WORD},code_owner_root={WORD},{WORD}={WORD}",
        "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "Tracestate": f"{WORD}={WORD}",
        "User-Agent": WORD,
        "Referer": f"http://{WORD}/",
        "Cookie": f"{WORD}={WORD}",
        "Whose-Origin": f"1;{WORD};{WORD}",
        "X-Code-Owner": WORD,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=WORD, headers=headers)
    connection.getresponse().read()
    connection.close()


def _messages(folder: Path) -> list[str]:
    path = folder / "celery.jsonl"
    return [str(record["message"]) for record in load_records(path)] if path.exists() else []


def _environment(folder: Path, redis: str, agent: Agent) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_AGENTS)}
    return inherited | {
        "OUTSIDE_REDIS": redis,
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "outside_settings",
        "PATH": os.pathsep.join((str(agent.programs), os.environ.get("PATH", ""))),
    }


def test_nothing_of_ours_says_what_came_from_outside(left: Left) -> None:
    assert not [(key, value) for key, value in left.ours if WORD in f"{key} {value}".lower()]
    owners = {value for key, value in left.ours if key in ("code_owner", "team", "code_owner_caller", "from", "to")}
    assert owners - {"none", None} == {"red", "blue"}


def test_every_agent_was_told_of_owners(left: Left) -> None:
    sent = left.sent
    told: dict[str, tuple[Sequence[object], ...]] = {
        "newrelic": (sent.transactions, sent.errors),
        "sentry": (sent.sentry_transactions, sent.sentry_errors),
        "opentelemetry": (sent.spans, left.points),
        "prometheus": (sent.prometheus,),
        "datadog": (sent.datadog,),
        "elastic": (sent.elastic_transactions, sent.elastic_errors),
    }
    for name in left.agents:
        for kept in told[name]:
            assert "'code_owner': 'red'" in str(kept), name


def test_what_came_from_outside_did_reach_the_programs(left: Left) -> None:
    messages = [str(record["message"]) for record in left.records]
    assert sum(UNKNOWN in message and WORD in message for message in messages) == 3
    for words in ("works with", "inside", "later", "dispatched", "Internal Server Error", "Invalid HTTP_HOST"):
        assert any(words in message and WORD in message for message in messages), words
    others = dataclasses.replace(left.sent, prometheus=())
    assert WORD in str(others)


def test_the_log_tells_whose_work_it_was_by_what_is_known_here(left: Left) -> None:
    def owners(words: str) -> set[tuple[Any, ...]]:
        return {
            tuple(record.get(key) for key in ("code_owner", "code_owner_module", "code_owner_reason"))
            for record in left.records
            if words in str(record["message"])
        }

    assert owners("later ") == {(None, "outside_red.tasks", "inherits_owner")}
    assert owners(f"dispatched outside_blue.{WORD}") == {("blue", "outside_blue", None)}
    assert owners(f"dispatched {WORD}") == {(None, None, None)}
    assert owners(f"type 'outside_red.{WORD}'") == {("red", None, "unknown_task")}
    assert owners(f"type '{WORD}.tasks.gone'") == {(None, None, "unknown_task")}


def test_we_log_no_trouble(left: Left) -> None:
    assert not [record for record in left.records if record["name"] == "whose"]
