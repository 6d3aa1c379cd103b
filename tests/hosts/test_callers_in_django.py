"""Who asks for a task that a request sends: now, after the commit, in a receiver, in a thread, from a command."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from celery import Celery
from celery.signals import before_task_publish

from tests.hosts.django_site.settings import OURS, SITE, set_up
from whose.hosts.celery.origin import HEADER
from whose.testing import installed

set_up()

from django.core.management import call_command  # noqa: E402
from django.core.management.base import BaseCommand  # noqa: E402
from django.db import transaction  # noqa: E402
from django.dispatch import Signal  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import AsyncClient, Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

RULES = {"mappings": {"team-red": [f"{SITE}.red", __name__], "team-blue": [f"{SITE}.blue"]}}
app = Celery("callers-in-django", broker="memory://", set_as_current=False)
announced = Signal()


def send() -> None:
    app.send_task("any")


def receive(**_: object) -> None:
    send()


receive.__module__ = f"{SITE}.blue.receivers"


def now() -> None:
    send()


def after_the_commit() -> None:
    with transaction.atomic():
        transaction.on_commit(send)


def after_the_request() -> None:
    transaction.on_commit(send)


def in_a_receiver() -> None:
    announced.send(sender=None)


def in_a_thread() -> None:
    thread = threading.Thread(target=send)
    thread.start()
    thread.join()


def in_an_executor() -> None:
    with ThreadPoolExecutor(1) as executor:
        executor.submit(send).result()


def view(request: HttpRequest, way: str) -> HttpResponse:
    globals()[way]()
    return HttpResponse()


async def view_async(request: HttpRequest, way: str) -> HttpResponse:
    async def run() -> None:
        await sync_to_async(globals()[way])()

    await asyncio.create_task(run())
    return HttpResponse()


urlpatterns = [path("<way>", view), path("async/<way>", view_async)]
WAYS = [now, after_the_commit, in_a_receiver, in_a_thread, in_an_executor]


@pytest.fixture
def headers() -> Iterator[list[str | None]]:
    """The headers of ours on each message that is sent."""
    seen: list[str | None] = []

    def see(headers: dict[str, Any], **_: object) -> None:
        seen.append(headers.get(HEADER))

    before_task_publish.connect(see)
    announced.connect(receive)
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[OURS]):
        yield seen
    announced.disconnect(receive)
    before_task_publish.disconnect(see)


@pytest.mark.parametrize("way", [*WAYS, after_the_request])
def test_the_requests_owner_asks_for_what_the_request_sends(way: Callable[[], None], headers: list[str | None]) -> None:
    from django.db import connection

    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        with installed(RULES):
            assert Client().get(f"/{way.__name__}").status_code == 200
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert headers == ["1;team-red;team-red"]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_in_asyncio_tasks_under_asgi(way: Callable[[], None], headers: list[str | None]) -> None:
    with installed(RULES):
        assert asyncio.run(AsyncClient().get(f"/async/{way.__name__}")).status_code == 200
    assert headers == ["1;team-red;team-red"]


def test_a_receiver_that_is_a_work_of_its_own_asks_itself_with_the_request_at_the_root(
    headers: list[str | None],
) -> None:
    with installed({**RULES, "parts": ["receivers"]}):
        Client().get("/in_a_receiver")
    assert headers == ["1;team-blue;team-red"]


def test_a_commands_owner_asks_for_what_the_command_sends(headers: list[str | None]) -> None:
    class Command(BaseCommand):  # type: ignore[misc]
        def handle(self, *args: Any, **options: Any) -> None:
            send()

    with installed(RULES):
        call_command(Command())
    assert headers == ["1;team-red;team-red"]
