"""Tags as Sentry's SDK sends them: within its limits, and without a trace on grouping or on the next work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.integrations.celery import beat

import whose
from tests.agents.receivers.sentry import Item, SentryReceiver
from whose.errors import ConfigurationError
from whose.sinks.sentry import LONGEST_VALUE, SentrySink
from whose.testing import installed

LONG_NAME = "r" * 300


@pytest.fixture
def sentry() -> Iterator[SentryReceiver]:
    with SentryReceiver() as receiver:
        sentry_sdk.init(dsn=receiver.environment["SENTRY_DSN"], default_integrations=False)
        yield receiver
        sentry_sdk.get_client().close()
        sentry_sdk.init(default_integrations=False)


def fail_as(module: str) -> None:
    with sentry_sdk.isolation_scope():
        try:
            with whose.attributing(module, kind="task"):
                raise ValueError("broken")
        except ValueError as error:
            sentry_sdk.capture_exception(error)


def errors(receiver: SentryReceiver) -> tuple[Item, ...]:
    sentry_sdk.flush(10)
    return receiver.items("event")


def rules(**more: Any) -> dict[str, Any]:
    return {"mappings": {"red": ["sentry_red"], LONG_NAME: ["sentry_long"]}, "sinks": [SentrySink()], **more}


def test_values_are_cut_to_what_sentry_takes(sentry: SentryReceiver) -> None:
    with installed(rules()):
        fail_as("sentry_long")
    (error,) = errors(sentry)
    assert error.tags["code_owner"] == LONG_NAME[:LONGEST_VALUE]


def test_a_scope_that_takes_one_tag_at_a_time_is_given_them_so(
    sentry: SentryReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(sentry_sdk.Scope, "set_tags")  # as in the first releases of version 2
    with installed(rules()):
        fail_as("sentry_red")
    (error,) = errors(sentry)
    assert error.tags["code_owner"] == "red"
    assert error.tags["code_owner_source"] == "mapping"


def test_a_work_leaves_no_tag_to_the_next(sentry: SentryReceiver) -> None:
    with installed(rules()):
        fail_as("sentry_red")
        fail_as("sentry_nobody")
    owned, unowned = errors(sentry)
    assert owned.tags["code_owner"] == "red"
    assert "code_owner" not in unowned.tags
    assert unowned.tags["code_owner_source"] == "none"


def test_nor_does_it_where_sentry_makes_no_scope_for_either(sentry: SentryReceiver) -> None:
    with installed(rules()):
        sentry_sdk.get_isolation_scope().set_tag("users", "own")
        for module in ("sentry_red", "sentry_nobody"):
            with whose.attributing(module, kind="task"):
                sentry_sdk.capture_message(module)
        sentry_sdk.get_isolation_scope().clear()
    owned, unowned = errors(sentry)
    assert (owned.tags["code_owner"], owned.tags["users"]) == ("red", "own")
    assert "code_owner" not in unowned.tags
    assert (unowned.tags["code_owner_source"], unowned.tags["users"]) == ("none", "own")


def test_nested_work_has_its_owner_in_a_scope_of_its_own_only(sentry: SentryReceiver) -> None:
    with installed(rules()), sentry_sdk.isolation_scope(), whose.attributing("sentry_red", kind="task"):
        with whose.attributing("sentry_nobody", kind="task"):
            sentry_sdk.capture_message("in the same scope")
        with sentry_sdk.isolation_scope(), whose.attributing("sentry_nobody", kind="task"):
            sentry_sdk.capture_message("in a scope of its own")
        sentry_sdk.capture_message("outside again")
    assert [event.tags.get("code_owner") for event in errors(sentry)] == ["red", None, "red"]


def test_grouping_and_exception_are_what_they_were(sentry: SentryReceiver) -> None:
    def bare() -> None:
        with sentry_sdk.isolation_scope():
            try:
                raise ValueError("broken")
            except ValueError as error:
                sentry_sdk.capture_exception(error)

    bare()
    with installed(rules()):
        bare()
    before, after = errors(sentry)
    for key in ("fingerprint", "exception", "transaction", "level"):
        assert before.payload.get(key) == after.payload.get(key), key


def test_uninstalling_leaves_the_description_of_monitors_as_it_was() -> None:
    names = ("_get_monitor_config", "_apply_crons_data_to_schedule_entry")
    before = {name: vars(beat)[name] for name in names}
    with installed(rules()):
        assert all(vars(beat)[name] is not before[name] for name in names)
    assert {name: vars(beat)[name] for name in names} == before


@pytest.mark.parametrize(("length", "is_refused"), [(32, False), (33, True)])
def test_keys_that_sentry_would_drop_are_refused_at_install(length: int, is_refused: bool) -> None:
    level = "l" * (length - len("code_owner_"))
    configuration = rules(teams={"red": {"levels": {level: "x"}}})
    if not is_refused:
        with installed(configuration):
            return
    with pytest.raises(ConfigurationError, match="longer than the 32 characters"), installed(configuration):
        pass
