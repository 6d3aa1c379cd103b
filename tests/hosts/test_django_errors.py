"""Exceptions in requests: who is at fault is told once, and what users and tools see of them stays as it was."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import sys
import traceback
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import whose
from tests.frames import OUR_CODE
from tests.hosts.django_site.settings import OURS, RULES, SITE, set_up
from whose.testing import RecordingSink, installed

set_up()

from django.core.signals import got_request_exception  # noqa: E402
from django.test import AsyncClient, Client, override_settings  # noqa: E402

BLUE = f"{SITE}.blue.middleware"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recorded:
        yield recorded


def _faults(sink: RecordingSink) -> list[tuple[str | None, str | None]]:
    return [
        (attribution.attributes.get("code_owner"), fault.attributes.get("code_owner_at_fault"))
        for attribution, fault in sink.faults
    ]


def _get(path: str, *, is_async: bool) -> Any:
    if is_async:
        return asyncio.run(AsyncClient(raise_request_exception=False).get(path))
    return Client(raise_request_exception=False).get(path)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("path", ["broken/", "broken-async/", "api/broken/"])
def test_an_unhandled_exception_is_told_once_with_the_team_at_fault(
    sink: RecordingSink, path: str, is_async: bool
) -> None:
    assert _get(f"/red/{path}", is_async=is_async).status_code == 500
    assert _faults(sink) == [("team-red", "team-blue")]
    (_, fault) = sink.faults[0]
    assert fault.ownership.frame is not None
    assert fault.ownership.frame.endswith("in fail")


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("path", "status"), [("missing/", 404), ("forbidden/", 403), ("suspicious/", 400), ("api/invalid/", 400)]
)
def test_an_exception_that_means_an_answer_is_nobodys_fault(
    sink: RecordingSink, path: str, status: int, is_async: bool
) -> None:
    assert _get(f"/red/{path}", is_async=is_async).status_code == status
    assert sink.owners == ["team-red"]
    assert sink.faults == []


def test_an_exception_that_process_exception_answers_is_nobodys_fault(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Rescue"]):
        assert _get("/red/rescued/", is_async=False).status_code == 410
    assert sink.owners == ["team-red"]
    assert sink.faults == []


def test_an_exception_while_rendering_is_the_views(sink: RecordingSink) -> None:
    assert _get("/red/broken-template/", is_async=False).status_code == 500
    assert [owner for owner, _ in _faults(sink)] == ["team-red"]


@pytest.mark.parametrize("is_async", [False, True])
def test_an_exception_in_a_middleware_before_the_view_is_the_middlewares(sink: RecordingSink, is_async: bool) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]):
        assert _get("/accident", is_async=is_async).status_code == 500
    assert sink.owners == ["team-blue"]
    assert _faults(sink) == [("team-blue", "team-blue")]


def test_an_exception_in_a_middleware_after_the_view_keeps_the_views_owner(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.FailsAfterwards"]):
        assert _get("/red/plain/?fail-afterwards", is_async=False).status_code == 500
    assert sink.owners == ["team-red"]
    assert _faults(sink) == [("team-red", "team-blue")]


def test_an_exception_that_django_lets_through_is_told_once(sink: RecordingSink) -> None:
    middleware = [OURS, f"{BLUE}.Notes", f"{BLUE}.Health", f"{BLUE}.gate"]
    with (
        override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True, MIDDLEWARE=middleware),
        pytest.raises(ValueError, match="blue"),
    ):
        Client().get("/red/broken/")
    assert _faults(sink) == [("team-red", "team-blue")]
    assert whose.current() is None


def test_the_report_of_the_error_carries_owner_and_fault(caplog: pytest.LogCaptureFixture) -> None:
    with installed({**RULES, "sinks": ["logging"]}), override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]):
        _get("/red/broken/", is_async=False)
        _get("/accident", is_async=False)
        asyncio.run(AsyncClient(raise_request_exception=False).get("/red/broken/"))
    reports = [vars(record) for record in caplog.records if record.name == "django.request"]
    assert [(report["code_owner"], report["code_owner_at_fault"]) for report in reports] == [
        ("team-red", "team-blue"),
        ("team-blue", "team-blue"),
        ("team-red", "team-blue"),
    ]


def test_reports_have_the_names_that_are_configured(caplog: pytest.LogCaptureFixture) -> None:
    names = {"code_owner": "owner", "logging": {"code_owner_source": "source", "code_owner_at_fault": "at_fault"}}
    with (
        installed({**RULES, "default_owner": "team-grey", "sinks": ["logging"], "keys": names}),
        override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]),
    ):
        _get("/nowhere/", is_async=False)
        _get("/accident", is_async=False)
    missing, broken = [vars(record) for record in caplog.records if record.name == "django.request"]
    assert (missing["owner"], missing["source"], missing["at_fault"]) == ("team-grey", "default", None)
    assert (broken["owner"], broken["source"], broken["at_fault"]) == ("team-blue", "mapping", "team-blue")
    assert not {"code_owner", "code_owner_source", "code_owner_at_fault"} & {*missing, *broken}


@pytest.mark.parametrize("is_async", [False, True])
def test_the_report_of_a_refused_request_carries_its_owner(caplog: pytest.LogCaptureFixture, is_async: bool) -> None:
    rules = {**RULES, "default_owner": "team-grey", "sinks": ["logging"]}
    common = "django.middleware.common.CommonMiddleware"
    with installed(rules), override_settings(ALLOWED_HOSTS=["elsewhere"], MIDDLEWARE=[OURS, common]):
        _get("/red/plain/", is_async=is_async)
    with installed(rules), override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]):
        _get("/red/suspicious/", is_async=is_async)
        _get("/suspected", is_async=is_async)
    reports = [record for record in caplog.records if record.name.startswith("django.security.")]
    assert [record.name.rpartition(".")[2] for record in reports] == ["DisallowedHost", *["SuspiciousOperation"] * 2]
    found = [
        tuple(vars(report).get(key) for key in ("code_owner", "code_owner_reason", "code_owner_at_fault"))
        for report in reports
    ]
    assert found == [
        ("team-grey", "no_view", None),
        ("team-red", None, "team-red"),
        ("team-blue", "middleware", "team-blue"),
    ]
    assert all(not logging.getLogger(record.name).filters for record in reports)


def test_an_error_in_a_request_inside_a_request_is_told_of_the_inner_one_alone(sink: RecordingSink) -> None:
    assert _get("/red/asks-broken/", is_async=False).content == b"500,team-red"
    ((attribution, _),) = sink.faults
    assert attribution.is_nested


def test_an_error_while_streaming_is_told_of_the_request(sink: RecordingSink) -> None:
    response = Client().get("/red/stream-breaks/")
    with pytest.raises(ValueError, match="in blue's code") as raised:
        response.getvalue()
    assert _faults(sink) == [("team-red", "team-blue")]
    assert not _frames_of_whose(raised.value)


def _frames_of_whose(error: BaseException) -> list[str]:
    return [frame.filename for frame in traceback.extract_tb(error.__traceback__) if OUR_CODE in frame.filename]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("path", ["/red/broken/", "/red/broken-async/", "/accident", "/red/api/broken/"])
def test_the_exception_has_the_traceback_that_it_has_without_us(path: str, is_async: bool) -> None:
    seen: list[list[tuple[str, int | None]]] = []

    def receive(**_: Any) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        seen.append([(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])

    got_request_exception.connect(receive)
    try:
        with override_settings(MIDDLEWARE=[f"{BLUE}.Health"]):
            _get(path, is_async=is_async)
        with installed(RULES), override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]):
            _get(path, is_async=is_async)
    finally:
        got_request_exception.disconnect(receive)
    assert seen[0]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("inside", ["Health", "either"], ids=["sync", "async where it can be"])
@pytest.mark.parametrize("is_async", [False, True])
def test_an_exception_that_django_lets_through_has_no_frame_of_ours(inside: str, is_async: bool) -> None:
    def frames() -> list[str]:
        client: Any = AsyncClient() if is_async else Client()
        with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True), pytest.raises(ValueError, match="blue") as raised:
            asyncio.run(client.get("/red/broken/")) if is_async else client.get("/red/broken/")
        return [f"{frame.filename} {frame.name}" for frame in traceback.extract_tb(raised.value.__traceback__)]

    with override_settings(MIDDLEWARE=[f"{BLUE}.{inside}"]):
        bare = frames()
    with installed(RULES), override_settings(MIDDLEWARE=[OURS, f"{BLUE}.{inside}"]):
        ours = frames()
    # The frames of the view's and the middleware's code, and no more of ours than that.
    assert not [name for name in ours if OUR_CODE in name]
    assert [name for name in ours if "/django_site/" in name] == [name for name in bare if "/django_site/" in name]


def test_the_technical_500_page_is_what_it_is_without_us() -> None:
    with override_settings(DEBUG=True, MIDDLEWARE=[]):
        bare = _page()
    with installed(RULES), override_settings(DEBUG=True, MIDDLEWARE=[OURS]):
        ours = _page()
    assert "in blue&#x27;s code" in bare
    assert ours == bare


def _page() -> str:
    """Return the frames that the page shows, with their code; local variables name objects by their address."""
    page = _get("/red/broken/", is_async=False).content.decode()
    shown = re.search(r'<div id="traceback">.*?<div id="pastebinTraceback"', page, re.DOTALL)
    assert shown is not None
    without_locals = re.sub(r'<table class="vars".*?</table>', "", shown[0], flags=re.DOTALL)
    return re.sub(r'id="?[cpv]?\d{6,}"?|data-\w+-?\w*="\d+"|\b[cpv]\d{6,}\b|\d{10,}', "", without_locals)


def test_nothing_is_kept_alive_by_an_error(sink: RecordingSink, monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest keeps every log record, and that keeps the exception.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    kept: list[Any] = []

    def receive(request: Any, **_: Any) -> None:
        kept.append(weakref.ref(request))

    got_request_exception.connect(receive)
    client = Client(raise_request_exception=False)
    try:
        client.get("/red/broken/")
    finally:
        got_request_exception.disconnect(receive)
    client.exc_info = None
    sink.clear()
    gc.collect()
    assert kept[0]() is None
