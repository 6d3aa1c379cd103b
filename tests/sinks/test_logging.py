"""Log records of standard logging: the user's own fields, and records as they are without us."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

import whose
from whose.sinks.logging import CodeOwnerFilter
from whose.testing import installed

RULES: dict[str, Any] = {"mappings": {"red": ["logged.red"]}, "sinks": ["logging"]}
OWN = {"code_owner": "mine", "code_owner_squad": "ours", "order": 7}


def logged(caplog: pytest.LogCaptureFixture, extra: Any) -> dict[str, Any]:
    caplog.clear()
    logging.getLogger("shop").warning("paid", extra=extra)
    (record,) = caplog.records
    return vars(record)


def test_a_field_of_the_users_own_wins_over_ours_of_that_name(caplog: pytest.LogCaptureFixture) -> None:
    with installed(RULES):
        outside = logged(caplog, OWN)
        with whose.attributing("logged.red"):
            inside = logged(caplog, OWN)
    for fields in (outside, inside):
        assert {key: fields[key] for key in OWN} == OWN
    assert (inside["code_owner_module"], outside["code_owner_module"]) == ("logged.red", None)
    assert OWN == {"code_owner": "mine", "code_owner_squad": "ours", "order": 7}


def test_it_wins_over_that_of_the_filter_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(owner := CodeOwnerFilter())
    try:
        with installed({**RULES, "sinks": []}), whose.attributing("logged.red"):
            assert logged(caplog, OWN)["code_owner"] == "mine"
            assert logged(caplog, None)["code_owner"] == "red"
    finally:
        caplog.handler.removeFilter(owner)


def test_so_does_one_of_a_name_that_the_configuration_gives_ours(caplog: pytest.LogCaptureFixture) -> None:
    with installed({**RULES, "keys": {"code_owner": "team"}}), whose.attributing("logged.red"):
        assert logged(caplog, {"team": "mine"})["team"] == "mine"


def test_a_record_tells_where_it_was_logged(caplog: pytest.LogCaptureFixture) -> None:
    with installed(RULES):
        fields = logged(caplog, OWN)
    assert (fields["filename"], fields["funcName"]) == ("test_logging.py", "logged")


@pytest.mark.parametrize("extra", [{"message": 1}, {"levelname": 1, "code_owner": "mine"}, 7])
def test_what_logging_refuses_it_refuses_as_without_us(caplog: pytest.LogCaptureFixture, extra: Any) -> None:
    def complaint() -> list[str]:
        with pytest.raises((KeyError, TypeError)) as caught:
            logged(caplog, extra)
        return [repr(caught.value), *(frame.name for frame in traceback.extract_tb(caught.value.__traceback__))]

    without = complaint()
    before = logging.Logger.makeRecord
    with installed(RULES):
        assert complaint() == without
    assert logging.Logger.makeRecord is before
