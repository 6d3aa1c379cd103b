"""Labels as Elastic's agent sends them, of transactions, of the errors in them and of nested transactions."""

from __future__ import annotations

import elasticapm
import pytest

import whose
from tests.agents.receivers.elastic import ElasticReceiver
from whose.sinks.elastic import ElasticSink
from whose.testing import installed

RULES = {"red": ["elastic_red"], "blue": ["elastic_blue"]}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTIC_APM_DISABLE_LOG_RECORD_FACTORY", "true")


def test_transactions_and_errors_carry_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    with ElasticReceiver() as receiver:
        for key, value in receiver.environment.items():
            monkeypatch.setenv(key, value)
        client = elasticapm.Client()
        with installed({"mappings": RULES, "sinks": [ElasticSink()]}):
            for module in ("elastic_red", "elastic_nobody"):
                client.begin_transaction("celery")
                with whose.attributing(module, kind="task"):
                    try:
                        raise ValueError(module)
                    except ValueError:
                        client.capture_exception()
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
    owners = {event.payload["name"]: event.labels.get("code_owner") for event in receiver.events("transaction")}
    assert owners == {"elastic_red": "red", "elastic_nobody": None, "outer": "red", "of its own": "blue"}
    assert [event.labels.get("code_owner") for event in receiver.events("error")] == ["red", None]
