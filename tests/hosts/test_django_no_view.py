"""Requests that no view serves belong to the middleware that answered, where that is known, else to the default."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import wrapt

from tests.hosts.django_site.settings import OURS, RULES, SITE, set_up
from whose.testing import RecordingSink, installed

set_up()

from django.conf import settings  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import AsyncClient, Client, override_settings  # noqa: E402
from django.utils.functional import SimpleLazyObject  # noqa: E402

from tests.hosts.django_site.blue.middleware import gate  # noqa: E402

BLUE = f"{SITE}.blue.middleware"
DJANGOS = "django.middleware.common.CommonMiddleware"
NO_VIEW = {"code_owner_source": "none", "code_owner_reason": "no_view"}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recorded:
        yield recorded


def _ask(sink: RecordingSink, path: str, *middleware: str, is_async: bool = False) -> dict[str, str]:
    sink.clear()
    with override_settings(MIDDLEWARE=[OURS, *middleware]):
        if is_async:
            asyncio.run(AsyncClient(raise_request_exception=False).get(path))
        else:
            Client(raise_request_exception=False).get(path)
    (attribution,) = sink.attributions
    return dict(attribution.attributes)


@pytest.mark.parametrize("is_async", [False, True])
def test_what_no_url_pattern_matches_has_no_owner_and_a_reason(sink: RecordingSink, is_async: bool) -> None:
    assert _ask(sink, "/nowhere/alice@example.com/", is_async=is_async) == NO_VIEW


def test_what_no_url_pattern_matches_belongs_to_the_default_owner_where_there_is_one() -> None:
    with installed({**RULES, "default_owner": "team-grey"}) as sink:
        found = _ask(sink, "/nowhere/")
    assert found == {"code_owner": "team-grey", "code_owner_source": "default", "code_owner_reason": "no_view"}


def test_a_404_costs_no_second_resolution(sink: RecordingSink, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.urls.resolvers import URLResolver

    calls = []
    resolve = URLResolver.resolve

    def counting(self: Any, path: Any) -> Any:
        calls.append(path)
        return resolve(self, path)

    monkeypatch.setattr(URLResolver, "resolve", counting)
    _ask(sink, "/nowhere/")
    expected = list(calls)
    calls.clear()
    with override_settings(MIDDLEWARE=[]):
        Client().get("/nowhere/")
    assert expected == calls


ANSWERS = [
    ("/healthz", ["Health"]),
    ("/maintenance", ["Maintenance"]),
    ("/gate", ["gate"]),
    ("/either", ["either"]),
    ("/refused", ["Health"]),
    ("/accident", ["Health"]),
    ("/healthz", ["Notes", "Health"]),
    ("/gate", ["Health", "Maintenance", "gate", "either"]),
    ("/either", ["Health", "Maintenance", "gate", "either"]),
]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(("path", "names"), ANSWERS)
@pytest.mark.parametrize("around", [0, 1, 2], ids=["alone", "behind Django's", "between Django's"])
def test_a_request_that_a_middleware_answers_or_refuses_belongs_to_the_middleware(
    sink: RecordingSink, path: str, names: list[str], around: int, is_async: bool
) -> None:
    middleware = [DJANGOS] * min(around, 1) + [f"{BLUE}.{name}" for name in names] + [DJANGOS] * (around // 2)
    assert _ask(sink, path, *middleware, is_async=is_async) == {
        "code_owner": "team-blue",
        "code_owner_theme": "team",
        "code_owner_squad": "blue",
        "code_owner_module": BLUE,
        "code_owner_source": "mapping",
        "code_owner_reason": "middleware",
    }


def proxied_gate(get_response: Any) -> Any:
    """Make middleware behind a proxy, as Datadog's tracer before version 4 makes all that is a function."""
    return wrapt.FunctionWrapper(gate(get_response), lambda wrapped, _, args, kwargs: wrapped(*args, **kwargs))


def test_a_middleware_behind_a_proxy_is_seen(sink: RecordingSink) -> None:
    found = _ask(sink, "/gate", f"{__name__}.proxied_gate")
    assert (found["code_owner"], found["code_owner_reason"]) == ("team-blue", "middleware")
    assert _ask(sink, "/nowhere/", f"{__name__}.proxied_gate", DJANGOS) == NO_VIEW


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("names", [[], ["gate"], ["Health"], ["Maintenance"], ["either"], ["Health", "gate"]])
def test_a_request_that_came_past_an_owned_middleware_does_not_belong_to_it(
    sink: RecordingSink, names: list[str], is_async: bool
) -> None:
    middleware = [f"{BLUE}.{name}" for name in names]
    for path in ("/nowhere/", "/red/plain"):  # the second is redirected by Django's middleware
        assert _ask(sink, path, *middleware, DJANGOS, is_async=is_async) == NO_VIEW
        assert _ask(sink, path, DJANGOS, *middleware, is_async=is_async) == NO_VIEW


@pytest.mark.parametrize("is_async", [False, True])
def test_a_view_wins_over_the_middleware_on_the_way(sink: RecordingSink, is_async: bool) -> None:
    names = ["Health", "Maintenance", "gate", "either"]
    found = _ask(sink, "/red/plain/", *(f"{BLUE}.{name}" for name in names), is_async=is_async)
    assert found["code_owner"] == "team-red"


def test_an_answer_in_process_view_belongs_to_the_view_that_was_found(sink: RecordingSink) -> None:
    assert _ask(sink, "/red/plain/?bounce", f"{BLUE}.Bouncer")["code_owner"] == "team-red"


def test_a_middleware_that_calls_on_unseen_is_trusted_no_longer_once_that_shows(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.Secretive"]):
        client = Client()
        client.get("/red/plain/")
        sink.clear()
        client.get("/nowhere/")
    assert [dict(attribution.attributes) for attribution in sink.attributions] == [NO_VIEW]


@pytest.mark.parametrize("path", ["/nowhere/", "/hidden", "/red/plain"])
def test_a_middleware_whose_calls_cannot_be_seen_is_given_nothing(sink: RecordingSink, path: str) -> None:
    assert _ask(sink, path, f"{BLUE}.Hidden", DJANGOS) == NO_VIEW
    assert _ask(sink, path, f"{BLUE}.Health", f"{BLUE}.Hidden", DJANGOS) == NO_VIEW


def test_a_wrapper_that_an_agent_puts_around_a_middleware_is_seen_through(sink: RecordingSink) -> None:
    for path, owner in (("/healthz", "team-blue"), ("/nowhere/", None)):
        assert _ask(sink, path, f"{__name__}.Wrapping").get("code_owner") == owner


class Wrapping:
    """Does as Sentry's wrapper does: keeps the handler, and the middleware that it really calls in an attribute."""

    def __init__(self, get_response: Any) -> None:
        from tests.hosts.django_site.blue.middleware import Health

        self.get_response = get_response
        self._inner = Health(get_response)

    def __call__(self, request: Any) -> Any:
        return self._inner(request)


Wrapping.__module__ = BLUE


def test_looking_along_the_middleware_makes_no_lazy_object() -> None:
    with installed(RULES), override_settings(MIDDLEWARE=[OURS, f"{__name__}.Lazy"]):
        assert Client().get("/red/plain/").content == b"team-red"
        assert Client().get("/").status_code == 302


class Lazy:
    """Keeps something that must not be made before it is needed."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.made = SimpleLazyObject(self._make)

    def _make(self) -> None:
        raise AssertionError("made too early")

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


def test_a_middleware_has_its_handler_back_after_uninstall() -> None:
    Kept.made.clear()
    with override_settings(MIDDLEWARE=[OURS, f"{BLUE}.gate", f"{__name__}.Kept", f"{BLUE}.Health"]):
        client = Client()
        with installed(RULES):
            client.get("/red/plain/")
            (middleware,) = Kept.made
            assert middleware.get_response is not middleware.given.handler
        assert middleware.get_response is middleware.given.handler


class Given:
    """Holds a handler where nobody looks for one."""

    __slots__ = ("handler",)

    def __init__(self, handler: Any) -> None:
        self.handler = handler


class Kept:
    """Remembers the handler that Django gave it."""

    made: ClassVar[list[Any]] = []

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.given = Given(get_response)
        Kept.made.append(self)

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


def test_djangos_whole_stack_of_middleware_is_walked(sink: RecordingSink) -> None:
    stack = [path for path in settings.MIDDLEWARE if path != OURS]
    stack.append("django.middleware.csrf.CsrfViewMiddleware")
    assert _ask(sink, "/healthz", *stack, f"{BLUE}.Health")["code_owner"] == "team-blue"
    assert _ask(sink, "/nowhere/", *stack, f"{BLUE}.Health") == NO_VIEW


def test_a_middleware_that_is_nobodys_is_not_told_apart(sink: RecordingSink) -> None:
    assert _ask(sink, "/answered", f"{__name__}.answers") == NO_VIEW


def answers(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        return HttpResponse("answered") if request.path == "/answered" else get_response(request)

    return middleware
