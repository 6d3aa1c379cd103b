"""A request split between the teams whose middleware, receivers, templates and queries it runs; and commands."""

from __future__ import annotations

import io
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

import whose
from tests.hosts.django_site.settings import OURS, set_up
from whose.costs import Costs
from whose.sinks.prometheus import PrometheusSink
from whose.testing import RecordingSink, installed

set_up()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402
from django.dispatch import Signal  # noqa: E402
from django.test import AsyncClient, Client, override_settings  # noqa: E402

PACKAGES = {
    "parts_red/__init__.py": "",
    "parts_red/urls.py": """
import time, whose
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
import parts_blue.code

def view(request):
    time.sleep(0.004)
    parts_blue.code.announced.send(sender=None)
    parts_blue.code.queries()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse(whose.current().team.name)

def rendered(request):
    return render(request, "parts_blue/page.html")

def broken_query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")

def fails(request):
    parts_blue.code.announced.send(sender=None, fail=True)

urlpatterns = [path("", view), path("rendered/", rendered), path("broken/", broken_query), path("fails/", fails)]
""",
    "parts_green/__init__.py": "",
    "parts_green/middleware.py": """
import time, whose
from asgiref.sync import iscoroutinefunction, markcoroutinefunction

seen = []

class Green:
    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request):
        if self.is_async:
            return self.call_async(request)
        seen.append(dict(getattr(whose.current(), "attributes", ())))
        time.sleep(0.006)
        response = self.get_response(request)
        seen.append(dict(getattr(whose.current(), "attributes", ())))
        return response

    async def call_async(self, request):
        seen.append(dict(getattr(whose.current(), "attributes", ())))
        response = await self.get_response(request)
        seen.append(dict(getattr(whose.current(), "attributes", ())))
        return response
""",
    "parts_blue/__init__.py": "",
    "parts_blue/code.py": """
import time, whose
from django.core.management.base import BaseCommand
from django.db import connection
from django.dispatch import Signal

announced = Signal()
seen = []

def receives(sender, fail=False, **kwargs):
    seen.append(dict(getattr(whose.current(), "attributes", ())))
    time.sleep(0.002)
    if fail:
        raise ValueError("in a receiver")
    return "heard"

announced.connect(receives)

def queries():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--fail", action="store_true")

    def handle(self, *args, **options):
        seen.append(dict(getattr(whose.current(), "attributes", ())))
        if options["fail"]:
            raise ValueError("in a command")
        return "done"
""",
    "parts_blue/templates/parts_blue/page.html": "{% load parts_slow %}{% nap %}",
    "parts_blue/templatetags_parts_slow.py": """
import time
from django import template
register = template.Library()

@register.simple_tag
def nap():
    time.sleep(0.005)
    return "rested"
""",
}

RULES = {"mappings": {"red": ["parts_red"], "green": ["parts_green"], "blue": ["parts_blue"]}}
ALL = {**RULES, "parts": ["middleware", "receivers"], "costs": ["wall", "cpu", "sql"]}


@pytest.fixture(scope="module", autouse=True)
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("parts")
    for name, text in PACKAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    sys.path.insert(0, str(folder))
    template = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(folder / "parts_blue" / "templates")],
        "OPTIONS": {"libraries": {"parts_slow": "parts_blue.templatetags_parts_slow"}},
    }
    middleware = [OURS, "parts_green.middleware.Green"]
    with override_settings(ROOT_URLCONF="parts_red.urls", MIDDLEWARE=middleware, TEMPLATES=[template]):
        yield
    sys.path.remove(str(folder))


def costs_of(sink: RecordingSink) -> Costs:
    ((attribution, costs),) = sink.costs
    assert attribution.work.kind == "request"
    return costs


def test_own_time_is_split_exclusively_and_adds_up() -> None:
    with installed(ALL) as sink:
        client = Client()
        started = time.perf_counter()
        assert client.get("/").content == b"red"
        whole = time.perf_counter() - started
    costs = costs_of(sink)
    assert costs.wall_seconds.keys() == {"red", "green", "blue"}
    assert costs.wall_seconds["green"] >= 0.006  # type: ignore[index]
    assert costs.wall_seconds["red"] >= 0.004  # type: ignore[index]
    assert costs.wall_seconds["blue"] >= 0.002  # type: ignore[index]
    assert 0.012 <= sum(costs.wall_seconds.values()) <= whole
    assert costs.cpu_seconds.keys() == costs.wall_seconds.keys()


def test_queries_belong_to_the_code_that_issued_them() -> None:
    with installed(ALL) as sink:
        Client().get("/")
    assert costs_of(sink).sql_queries == {"blue": 2, "red": 1}
    assert costs_of(sink).sql_seconds.keys() == {"blue", "red"}


def test_the_same_is_counted_as_metrics() -> None:
    registry = CollectorRegistry()
    with installed({**ALL, "sinks": [PrometheusSink(registry)]}):
        Client().get("/")
        value = registry.get_sample_value
        queries = {team: value("whose_sql_queries_total", {"code_owner": team}) for team in ("red", "green", "blue")}
        seconds = [value("whose_sql_seconds_total", {"code_owner": team}) for team in ("red", "blue")]
        own = [value("whose_own_seconds_total", {"code_owner": team}) for team in ("red", "green", "blue")]
        cpu = [value("whose_own_cpu_seconds_total", {"code_owner": team}) for team in ("red", "green", "blue")]
        whole = value("whose_work_seconds_sum", {"kind": "request", "code_owner": "red"})
        handed = value("whose_handoffs_total", {"from": "red", "to": "blue"})
    assert queries == {"red": 1, "green": None, "blue": 2}
    assert all(seconds)
    assert all(cpu)
    assert sum(filter(None, own)) == pytest.approx(whole, abs=1e-9)
    assert handed == 1


def test_rendering_is_charged_to_who_owns_the_template() -> None:
    with installed(ALL) as sink:
        assert Client().get("/rendered/").content == b"rested"
    assert costs_of(sink).wall_seconds["blue"] >= 0.005  # type: ignore[index]


def test_middleware_and_receivers_are_works_of_their_own() -> None:
    import parts_blue.code  # type: ignore[import-not-found]
    import parts_green.middleware  # type: ignore[import-not-found]

    parts_blue.code.seen.clear()
    parts_green.middleware.seen.clear()
    with installed(ALL) as sink:
        Client().get("/")
    kinds = [(entry.work.kind, entry.attributes.get("code_owner"), entry.is_nested) for entry in sink.attributions]
    assert kinds == [("middleware", "green", True), ("request", "red", False), ("receiver", "blue", True)]
    assert [attributes["code_owner"] for attributes in parts_green.middleware.seen] == ["green", "green"]
    assert parts_blue.code.seen[0]["code_owner"] == "blue"
    assert parts_blue.code.seen[0]["code_owner_caller"] == "red"


def test_the_same_under_asgi() -> None:
    import asyncio

    import parts_green.middleware

    parts_green.middleware.seen.clear()
    with installed(ALL) as sink:
        response = asyncio.run(AsyncClient().get("/"))
    assert response.content == b"red"
    assert [attributes["code_owner"] for attributes in parts_green.middleware.seen] == ["green", "green"]
    assert set(costs_of(sink).wall_seconds) == {"red", "green", "blue"}


def test_none_of_it_happens_unless_asked_for() -> None:
    with installed(RULES) as sink:
        Client().get("/")
    assert sink.costs == []
    assert [entry.work.kind for entry in sink.attributions] == ["request"]


def test_responses_name_the_receivers_themselves() -> None:
    import parts_blue.code

    with installed(ALL):
        assert parts_blue.code.announced.send(sender=None) == [(parts_blue.code.receives, "heard")]
        ((receiver, error),) = parts_blue.code.announced.send_robust(sender=None, fail=True)
    assert receiver is parts_blue.code.receives
    assert isinstance(error, ValueError)


def failed_text(rules: dict[str, Any], path: str) -> list[str]:
    with installed(rules):
        try:
            Client().get(path)
        except (ValueError, OperationalError) as error:
            return traceback.format_exception(error)
    pytest.fail("it did not fail")


@pytest.mark.parametrize("path", ["/fails/", "/broken/"])
def test_tracebacks_read_the_same(path: str) -> None:
    assert failed_text(ALL, path) == failed_text(RULES, path)


def test_a_command_is_a_work_of_its_owner() -> None:
    import parts_blue.code

    parts_blue.code.seen.clear()
    with installed(RULES) as sink:
        assert call_command(parts_blue.code.Command()) == "done"
        with pytest.raises(ValueError, match="in a command"):
            call_command(parts_blue.code.Command(), fail=True)
    assert [(entry.work.kind, entry.work.name) for entry in sink.attributions] == [("command", "code")] * 2
    assert parts_blue.code.seen[0]["code_owner"] == "blue"
    assert [fault.attributes for _, fault in sink.faults] == [{"code_owner_at_fault": "blue"}]


def test_commands_of_django_itself_are_left_alone() -> None:
    with installed(RULES) as sink:
        call_command("diffsettings", output="unified", stdout=io.StringIO())
    assert sink.attributions == []


def test_everything_is_as_before_afterwards() -> None:
    from django.core.management.base import BaseCommand
    from django.template.base import Template

    before = (
        Signal.send,
        Signal._live_receivers,
        BaseCommand.execute,
        Template.render,
        list(connection.execute_wrappers),
    )
    with installed(ALL):
        Client().get("/")
        assert Signal.send is not before[0]
    after = (
        Signal.send,
        Signal._live_receivers,
        BaseCommand.execute,
        Template.render,
        list(connection.execute_wrappers),
    )
    assert after == before


def test_whose_current_is_empty_again() -> None:
    with installed(ALL):
        Client().get("/")
        assert whose.current() is None
