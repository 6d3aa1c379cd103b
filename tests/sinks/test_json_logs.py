"""Log lines in JSON carry the owner of the running work, whichever formatter writes them and whoever logs."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import ecs_logging
import pytest
import structlog
from pythonjsonlogger.json import JsonFormatter

import whose
from whose.sinks.logging import CodeOwnerFilter
from whose.sinks.structlog import add_code_owner
from whose.testing import installed

RULES: dict[str, Any] = {
    "mappings": {"red": ["logged.red"]},
    "teams": {"red": {"levels": {"theme": "commerce"}}},
    "sinks": ["logging"],
}
FORMATTERS = {
    "python-json-logger": JsonFormatter,
    "ecs-logging": ecs_logging.StdlibFormatter,
    "structlog": lambda: structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    ),
}


@pytest.fixture(params=FORMATTERS)
def formatter(request: pytest.FixtureRequest) -> Iterator[logging.Formatter]:
    with installed(RULES):
        yield FORMATTERS[request.param]()


def written(formatter: logging.Formatter, name: str) -> dict[str, Any]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    try:
        logger.error("done")
    finally:
        logger.removeHandler(handler)
    document: dict[str, Any] = json.loads(stream.getvalue())
    return document


@pytest.mark.parametrize(
    "name", ["shop", "django.request", "django.server", "celery.app.trace", "celery.worker", "celery.task"]
)
def test_a_line_of_any_logger_carries_the_owner_of_the_work(formatter: logging.Formatter, name: str) -> None:
    with whose.attributing("logged.red", kind="task"):
        document = written(formatter, name)
    assert document["code_owner"] == "red"
    assert document["code_owner_theme"] == "commerce"
    assert document["code_owner_module"] == "logged.red"


def test_a_line_outside_all_work_carries_no_owner(formatter: logging.Formatter) -> None:
    document = written(formatter, "shop")
    assert document.get("code_owner") is None
    assert "code_owner_theme" not in document


def test_a_structlog_event_carries_the_owner() -> None:
    stream = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(stream), processors=[add_code_owner, structlog.processors.JSONRenderer()]
    )
    with installed(RULES), whose.attributing("logged.red", kind="task"):
        logger.info("paid")
    document = json.loads(stream.getvalue())
    assert (document["event"], document["code_owner"], document["code_owner_theme"]) == ("paid", "red", "commerce")


def test_fields_have_the_names_that_are_configured() -> None:
    keys = {"code_owner": "owner", "logging": {"code_owner_at_fault": "at_fault"}}
    with installed({**RULES, "keys": keys}), whose.attributing("logged.red"):
        fields = written(JsonFormatter(), "shop")
        event = add_code_owner(None, "info", {"event": "paid"})
    assert (fields["owner"], fields["at_fault"], event["owner"]) == ("red", None, "red")
    assert not {"code_owner", "code_owner_at_fault"} & {*fields, *event}


def test_the_names_of_the_configuration_that_is_installed_now_count() -> None:
    for name in ("owner", "team", "code_owner"):
        with installed({**RULES, "keys": {"logging": {"code_owner": name}}}), whose.attributing("logged.red"):
            record = logging.LogRecord("shop", logging.INFO, "shop.py", 1, "paid", (), None)
            CodeOwnerFilter().filter(record)
            event = add_code_owner(None, "info", {"event": "paid"})
        assert (vars(record)[name], event[name]) == ("red", "red")


def test_a_copy_of_a_record_keeps_what_the_record_says_and_is_no_error() -> None:
    """As structlog's ProcessorFormatter makes one of each record, and a receiver of another process's records."""
    with installed(RULES):
        with whose.attributing("logged.red"):
            record = logging.getLogger("celery.task").makeRecord("shop", 20, "shop.py", 1, "paid", (), None)
        before = whose.stats()["contained_errors"]
        copy = logging.makeLogRecord(vars(record))
        assert whose.stats()["contained_errors"] == before
    assert vars(copy) == vars(record)
