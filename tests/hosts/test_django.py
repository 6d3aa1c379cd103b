"""Requests through Django's real handlers: the owner is there while they run, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import functools
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import whose
from tests.hosts.django_site.settings import OURS, RULES, SITE, set_up
from whose.testing import RecordingSink, installed

set_up()

from asgiref.sync import SyncToAsync  # noqa: E402
from django.test import AsyncClient, Client, RequestFactory, override_settings  # noqa: E402

from tests.hosts.django_site.blue.middleware import Notes  # noqa: E402
from whose.hosts.django.middleware import CodeOwnerMiddleware  # noqa: E402

BLUE = f"{SITE}.blue.middleware"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recorded:
        yield recorded


@pytest.mark.parametrize(
    "path", ["plain/", "plain-async/", "class/", "async-class/", "generic/", "object/", "partial/", "here/"]
)
def test_the_owner_is_current_while_a_view_runs(sink: RecordingSink, path: str) -> None:
    assert Client().get(f"/red/{path}").content == b"team-red"
    assert whose.current() is None


def test_a_request_is_recorded_once(sink: RecordingSink) -> None:
    Client().get("/red/plain/")
    assert sink.owners == ["team-red"]
    assert not sink.attributions[0].is_nested


def test_the_owner_is_current_in_middleware_from_the_view_on(sink: RecordingSink) -> None:
    Notes.seen.clear()
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Notes"]):
        Client().get("/red/plain/")
    assert Notes.seen == [("before", None), ("after", "team-red")]


def test_lines_logged_by_the_view_carry_the_owner(caplog: pytest.LogCaptureFixture) -> None:
    with installed({**RULES, "sinks": ["logging"]}):
        Client().get("/red/plain/")
    (record,) = (record for record in caplog.records if record.getMessage() == "in the view")
    assert vars(record)["code_owner"] == "team-red"


def test_what_django_reports_of_a_request_afterwards_carries_the_owner(caplog: pytest.LogCaptureFixture) -> None:
    with installed({**RULES, "default_owner": "team-grey", "sinks": ["logging"]}):
        Client().get("/red/missing/")
        Client().get("/nowhere/")
        asyncio.run(AsyncClient().get("/red/missing/"))
    reports = [record for record in caplog.records if record.name == "django.request"]
    assert [(record.getMessage(), vars(record)["code_owner"]) for record in reports] == [
        ("Not Found: /red/missing/", "team-red"),
        ("Not Found: /nowhere/", "team-grey"),
        ("Not Found: /red/missing/", "team-red"),
    ]


def test_a_filter_on_a_handler_tells_the_owner_of_a_reported_request(caplog: pytest.LogCaptureFixture) -> None:
    from whose.sinks.logging import CodeOwnerFilter

    caplog.handler.addFilter(added := CodeOwnerFilter())
    try:
        with installed(RULES):
            Client().get("/red/missing/")
    finally:
        caplog.handler.removeFilter(added)
    (report,) = (record for record in caplog.records if record.name == "django.request")
    assert vars(report)["code_owner"] == "team-red"


@pytest.mark.parametrize(
    "middleware",
    [
        [OURS],
        [OURS, f"{BLUE}.Notes"],  # sync only: the chain goes from the event loop to a thread and back
        [OURS, "django.middleware.common.CommonMiddleware", f"{BLUE}.Notes", f"{BLUE}.either"],
        [f"{BLUE}.Notes", OURS],
    ],
    ids=["alone", "before sync", "before mixed", "behind sync"],
)
@pytest.mark.parametrize("path", ["plain/", "plain-async/", "class/", "async-class/"])
def test_under_asgi_the_owner_is_current_while_a_view_runs(
    sink: RecordingSink, path: str, middleware: list[str]
) -> None:
    async def ask() -> None:
        with override_settings(MIDDLEWARE=middleware):
            response = await AsyncClient().get(f"/red/{path}")
        assert response.content == b"team-red"
        assert whose.current() is None

    asyncio.run(ask())
    assert sink.owners == ["team-red"]


def test_async_requests_that_overlap_do_not_mix(sink: RecordingSink) -> None:
    async def ask() -> list[str]:
        client = AsyncClient()
        paths = ["/red/plain-async/", "/blue/plain/", "/unclaimed/plain/"] * 20
        return [response.content.decode() for response in await asyncio.gather(*map(client.get, paths))]

    assert asyncio.run(ask()) == ["team-red", "team-blue", "nobody"] * 20


def test_requests_in_threads_do_not_mix(sink: RecordingSink) -> None:
    paths = ["/red/plain/", "/blue/plain/", "/unclaimed/plain/", "/red/plain-async/"] * 25
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda path: Client().get(path).content.decode(), paths))
        assert found == ["team-red", "team-blue", "nobody", "team-red"] * 25
        assert list(pool.map(lambda _: whose.current(), range(8))) == [None] * 8


def test_asyncio_tasks_and_threads_that_a_view_starts_belong_to_its_team(sink: RecordingSink) -> None:
    assert asyncio.run(AsyncClient().get("/red/gathers/")).content == b"team-red,team-red,team-red,team-red"
    assert Client().get("/red/gathers/").content == b"team-red,team-red,team-red,team-red"


def test_a_bare_thread_changes_nothing_in_its_request(sink: RecordingSink) -> None:
    assert Client().get("/red/in-thread/").content.decode().endswith(",team-red")


def test_a_request_inside_a_request_is_nested_and_leaves_nothing_behind(sink: RecordingSink) -> None:
    assert Client().get("/red/asks-blue/").content == b"team-red,team-blue nested,team-red"
    outer, inner = sink.attributions
    assert (outer.is_nested, inner.is_nested) == (False, True)
    assert (inner.caller, inner.root) == ("team-red", "team-red")


def test_an_async_request_inside_a_request_is_nested_and_leaves_nothing_behind(sink: RecordingSink) -> None:
    response = asyncio.run(AsyncClient().get("/red/asks-blue-async/"))
    assert response.content == b"team-red,team-blue nested,team-red"


def test_a_request_inside_other_work_is_nested(sink: RecordingSink) -> None:
    with whose.attributing(f"{SITE}.blue.views"):
        assert Client().get("/red/plain/").content == b"team-red nested"
        assert (running := whose.current()) is not None
        assert running.attributes["code_owner"] == "team-blue"


def test_a_stream_is_made_as_the_work_of_its_request(sink: RecordingSink) -> None:
    response = Client().get("/red/streams/")
    assert whose.current() is None
    assert response.getvalue() == b"team-red,team-red"
    assert whose.current() is None


def test_an_async_stream_is_made_as_the_work_of_its_request(sink: RecordingSink) -> None:
    async def ask() -> bytes:
        response = await AsyncClient().get("/red/streams-async/")
        parts = [part async for part in response.streaming_content]
        assert whose.current() is None
        return b"".join(parts)

    assert asyncio.run(ask()) == b"team-red,team-red"


def test_a_stream_keeps_its_parts_and_its_type_of_iteration(sink: RecordingSink) -> None:
    ours = Client().get("/red/streams/")
    with override_settings(MIDDLEWARE=[]):
        bare = Client().get("/red/streams/")
    assert ours.streaming
    assert (ours.is_async, list(ours.headers)) == (bare.is_async, list(bare.headers))
    assert len(list(ours.streaming_content)) == len(list(bare.streaming_content)) == 2


def test_a_file_is_left_to_the_server(sink: RecordingSink, tmp_path: Any) -> None:
    from django.http import FileResponse

    (tmp_path / "a.txt").write_text("text")
    middleware = CodeOwnerMiddleware(lambda request: FileResponse((tmp_path / "a.txt").open("rb")))
    response = middleware(RequestFactory().get("/"))
    assert response.file_to_stream is not None
    assert response.getvalue() == b"text"


def test_the_owner_may_be_set_by_hand_and_stays(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{__name__}.gives_to_blue"]):
        assert Client().get("/red/plain/").content == b"team-blue"
    assert sink.owners == ["team-blue"]


def gives_to_blue(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        whose.set_code_owner_attribute_from_module(f"{SITE}.blue.views")
        return get_response(request)

    return middleware


def test_the_middleware_listed_twice_records_once(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Notes", OURS]):
        assert Client().get("/red/plain/").content == b"team-red"
        assert asyncio.run(AsyncClient().get("/red/plain/")).content == b"team-red"
    assert sink.owners == ["team-red", "team-red"]


def test_without_an_installation_requests_pass_untouched() -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Health"]):
        client = Client()
        assert client.get("/red/plain/").content == b"nothing"
        with installed(RULES) as sink:
            assert client.get("/red/plain/").content == b"team-red"
            assert client.get("/healthz").content == b"ok"
            assert sink.owners == ["team-red", "team-blue"]
        assert client.get("/red/plain/").content == b"nothing"
        assert client.get("/healthz").content == b"ok"
        with installed(RULES) as sink:
            assert client.get("/healthz").content == b"ok"
            assert sink.owners == ["team-blue"]


def test_uninstall_leaves_django_as_it_was() -> None:
    from django.core.signals import got_request_exception

    logger = logging.getLogger("django.request")
    before = (list(got_request_exception.receivers), list(logger.filters))
    with installed(RULES):
        Client().get("/red/plain/")
        assert (list(got_request_exception.receivers), list(logger.filters)) != before
    assert (list(got_request_exception.receivers), list(logger.filters)) == before


def test_a_sink_that_fails_does_not_change_the_answer() -> None:
    class Broken:
        def record(self, attribution: object) -> None:
            raise RuntimeError("sink")

    with installed({**RULES, "sinks": [Broken()]}):
        assert Client().get("/red/plain/").content == b"team-red"


def test_a_request_that_takes_no_attributes_is_served(sink: RecordingSink) -> None:
    class Bare:
        __slots__ = ("path",)

    request = Bare()
    middleware = CodeOwnerMiddleware(lambda request: "served")
    assert middleware(request) == "served"
    assert middleware.process_view(request, print, (), {}) is None
    assert whose.current() is None


def test_baggage_of_a_listed_sender_tells_who_asked() -> None:
    with installed({**RULES, "baggage_from": ["10.0.0.0/8"]}) as sink:
        header = "code_owner_caller=team-blue,code_owner_root=team-blue"
        Client(REMOTE_ADDR="10.1.2.3").get("/red/plain/", headers={"baggage": header})
        Client(REMOTE_ADDR="192.0.2.1").get("/red/plain/", headers={"baggage": header})
        Client(REMOTE_ADDR="10.1.2.3").get("/nowhere/", headers={"baggage": header})
    assert [(a.caller, a.root) for a in sink.attributions] == [
        ("team-blue", "team-blue"),
        (None, None),
        ("team-blue", "team-blue"),
    ]


def test_in_the_event_loop_finding_the_owner_costs_no_thread(
    sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    original = SyncToAsync.__call__

    async def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        called.append(getattr(self.func, "__qualname__", ""))
        return await original(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", noting)
    for middleware in ([OURS], [OURS, f"{BLUE}.Notes"]):
        with override_settings(MIDDLEWARE=middleware):
            asyncio.run(AsyncClient().get("/red/plain-async/"))
    assert called
    assert not [name for name in called if "process_view" in name]
    assert sink.owners == ["team-red", "team-red"]


class PlainlyWrapped(CodeOwnerMiddleware):
    """Ours as sentry-sdk before 2.65 wraps it: every method in a plain function with ``functools.wraps``."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        super().__init__(get_response)
        method = self.process_view
        self.process_view = functools.wraps(method)(lambda *arguments: method(*arguments))  # type: ignore[assignment]


@pytest.mark.parametrize("path", ["/red/plain/", "/red/plain-async/"])
def test_requests_in_the_event_loop_are_served_behind_plain_wrappers_of_agents(sink: RecordingSink, path: str) -> None:
    with override_settings(MIDDLEWARE=[f"{__name__}.PlainlyWrapped"]):
        response = asyncio.run(AsyncClient().get(path))
    assert response.content == b"team-red"
    assert sink.owners == ["team-red"]


def test_the_host_does_not_import_django() -> None:
    script = (
        "import sys, whose\n"
        "whose.install({'mappings': {'team-red': ['shop']}})\n"
        "assert 'django' in whose.stats()['hosts'], whose.stats()\n"
        # kombu itself asks for django.utils.functional where Django is installed (kombu/utils/json.py).
        "loaded = [m for m in sys.modules if m.startswith('django.') and not m.startswith('django.utils')]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
