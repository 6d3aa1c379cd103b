"""``whose run`` beside agents' own commands and agents that are started in code: what they send carries the owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.agents import Agent, AgentName
from tests.agents.launchers.outcome import Sent
from tests.agents.launchers.redis import RedisServer
from tests.agents.launchers.signals import EXPORTING
from tests.agents.launchers.unaware import PROGRAMS, Sending, Site, environment, worker

WHOSE = (str(PROGRAMS / "whose"), "run")
NEWRELIC = (str(PROGRAMS / "newrelic-admin"), "run-program")
DATADOG = (str(PROGRAMS / "ddtrace-run"),)
OPENTELEMETRY = (str(PROGRAMS / "opentelemetry-instrument"),)
CELERY = (str(PROGRAMS / "celery"), "-A", "shop", "worker", "-P", "prefork", "-c", "1")
GUNICORN = (str(PROGRAMS / "gunicorn"), "--bind", "127.0.0.1:{port}", "--workers", "1", "shop.wsgi")

#: Who owns what was asked for, by a word in the names that agents give it.
OWNERS = {"paint": "team-red", "spill": "team-red", "basket": "team-blue"}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


def told(sent: Sent) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the name and the attributes of all that stands for a task, a request or an error of one."""
    return [
        *((event.name, event.user) for event in (*sent.transactions, *sent.errors)),
        *((span.name, span.attributes) for span in sent.spans if span.name.startswith(("run/", "GET"))),
        *((span.resource, span.tags) for span in sent.datadog if span.name in ("celery.run", "django.request")),
        *((item.name, item.tags) for item in (*sent.sentry_transactions, *sent.sentry_errors)),
        *((str(event.payload["name"]), event.labels) for event in sent.elastic_transactions),
        *((str(event.payload["exception"]), event.labels) for event in sent.elastic_errors),
    ]


def owners(sent: Sent) -> dict[str, set[Any]]:
    """Return the owners that were told, by the word that a name has in it."""
    found: dict[str, set[Any]] = {}
    for name, attributes in told(sent):
        word = next((word for word in OWNERS if word in name or word.replace("spill", "spilt") in name), name)
        found.setdefault(word, set()).add(attributes.get("code_owner"))
    return found


@pytest.mark.parametrize(
    ("agent", "front", "in_code"),
    [
        pytest.param("newrelic", (*WHOSE, *NEWRELIC), "", id="whose newrelic", marks=pytest.mark.slow),
        pytest.param("newrelic", (*NEWRELIC, *WHOSE), "", id="newrelic whose"),
        pytest.param("datadog", (*WHOSE, *DATADOG), "", id="whose datadog", marks=pytest.mark.slow),
        pytest.param("datadog", (*DATADOG, *WHOSE), "", id="datadog whose"),
        pytest.param("opentelemetry", (*WHOSE, *OPENTELEMETRY), "", id="whose opentelemetry", marks=pytest.mark.slow),
        pytest.param("opentelemetry", (*OPENTELEMETRY, *WHOSE), "", id="opentelemetry whose", marks=pytest.mark.slow),
        pytest.param("sentry", WHOSE, "before", id="sentry before", marks=pytest.mark.slow),
        pytest.param("sentry", WHOSE, "after", id="sentry after"),
        pytest.param("elastic", WHOSE, "before", id="elastic before", marks=pytest.mark.slow),
        pytest.param("elastic", WHOSE, "after", id="elastic after", marks=pytest.mark.slow),
    ],
)
def test_what_an_agent_sends_of_tasks_and_requests_carries_the_owner(
    agent: AgentName, front: tuple[str, ...], in_code: str, redis: str, tmp_path: Path
) -> None:
    with Agent(agent, tmp_path) as receiver:
        settings = environment(
            redis,
            **receiver.environment,
            **(EXPORTING | {"OTEL_METRICS_EXPORTER": "none"} if agent == "opentelemetry" else {}),
        )
        of_celery, of_django = (
            settings | ({"SHOP_AGENT": f"{agent} {framework} {in_code}"} if in_code else {})
            for framework in ("celery", "django")
        )
        with ExitStack() as stack:
            celery = stack.enter_context(worker((*front, *CELERY), settings=of_celery, log=tmp_path / "worker.log"))
            site = stack.enter_context(Site((*front, *GUNICORN), settings=of_django, log=tmp_path / "site.log"))
            celery.await_ready()
            site.await_ready()
            for task in ("paint", "spill"):
                Sending(task, settings=environment(redis)).result()
            site.ask("/basket/")
            receiver.await_batches()
        sent = receiver.sent()
    assert owners(sent) == {word: {owner} for word, owner in OWNERS.items()}, told(sent)
