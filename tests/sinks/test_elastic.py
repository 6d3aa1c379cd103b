"""Labels as Elastic's agent sends them, of transactions, of errors in them and outside, and of nested transactions."""

from __future__ import annotations

from collections.abc import Iterator

import elasticapm
import pytest

import whose
from tests.agents.receivers.elastic import ElasticReceiver
from whose.sinks.elastic import ElasticSink
from whose.testing import installed

RULES = {"red": ["elastic_red"], "blue": ["elastic_blue"]}


@pytest.fixture
def elastic(monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticReceiver]:
    with ElasticReceiver() as receiver:
        monkeypatch.setenv("ELASTIC_APM_DISABLE_LOG_RECORD_FACTORY", "true")
        for key, value in receiver.environment.items():
            monkeypatch.setenv(key, value)
        yield receiver


def fail_as(module: str, client: elasticapm.Client) -> None:
    with whose.attributing(module, kind="task"):
        try:
            raise ValueError(module)
        except ValueError:
            client.capture_exception()


def test_transactions_and_errors_carry_the_owner(elastic: ElasticReceiver) -> None:
    client = elasticapm.Client()
    with installed({"mappings": RULES, "sinks": [ElasticSink()]}):
        for module in ("elastic_red", "elastic_nobody"):
            client.begin_transaction("celery")
            fail_as(module, client)
            client.end_transaction(module, "ok")
        client.begin_transaction("celery")
        with whose.attributing("elastic_red", kind="task"):
            with whose.attributing("elastic_blue", kind="task"):
                pass
            client.end_transaction("outer", "ok")
            client.begin_transaction("celery")
            with whose.attributing("elastic_blue", kind="task"):
                client.end_transaction("of its own", "ok")
    client.close()
    owners = {event.payload["name"]: event.labels.get("code_owner") for event in elastic.events("transaction")}
    assert owners == {"elastic_red": "red", "elastic_nobody": None, "outer": "red", "of its own": "blue"}
    assert [event.labels.get("code_owner") for event in elastic.events("error")] == ["red", None]


def test_errors_outside_all_transactions_carry_the_owner_under_the_names_asked_for(elastic: ElasticReceiver) -> None:
    client = elasticapm.Client()
    keys = {"code_owner": "team.name", "code_owner_source": "team.source"}
    with installed({"mappings": RULES, "sinks": [ElasticSink()], "keys": keys}):
        fail_as("elastic_red", client)
        client.begin_transaction("celery")
        with whose.attributing("elastic_blue", kind="task"):
            fail_as("elastic_red", client)
        client.end_transaction("outer", "ok")
    fail_as("elastic_red", client)
    client.close()
    outside, nested, uninstalled = elastic.events("error")
    assert outside.labels["team_name"] == "red"
    assert outside.labels["team_source"] == "mapping"
    assert nested.labels["team_name"] == "blue"
    assert not uninstalled.labels


def test_errors_say_who_is_at_fault_for_them(elastic: ElasticReceiver) -> None:
    namespace: dict[str, object] = {"__name__": "elastic_blue"}
    exec(compile("def fails():\n    raise LookupError('in blue')\n", "/app/elastic_blue.py", "exec"), namespace)
    client = elasticapm.Client()
    with installed({"mappings": RULES, "sinks": [ElasticSink()]}), whose.attributing("elastic_red", kind="task"):
        client.begin_transaction("celery")
        try:
            namespace["fails"]()  # type: ignore[operator]
        except LookupError:
            client.capture_exception()
        client.capture_message("no exception, nobody at fault")
        client.end_transaction("survives", "ok")
    client.close()
    (transaction,) = elastic.events("transaction")
    raised, told = elastic.events("error")
    assert raised.labels["code_owner_at_fault"] == "blue"
    assert "code_owner_at_fault" not in told.labels
    assert "code_owner_at_fault" not in transaction.labels
