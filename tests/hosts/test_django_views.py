"""The owner of a request is the owner of the code that really serves it, whatever shape the view has."""

from __future__ import annotations

import functools
import gc
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from celery import Celery

import whose
from tests.hosts.django_site.settings import RULES, SITE, set_up
from whose.attribution import Attributor
from whose.config import Place, read_config
from whose.index import compile_index
from whose.resolver import Resolver
from whose.testing import RecordingSink, installed

set_up()

from django.test import Client, override_settings  # noqa: E402
from django.urls import path, resolve  # noqa: E402
from django.views.generic import RedirectView  # noqa: E402

from tests.hosts.django_site.ownership import running  # noqa: E402
from whose.hosts.django.views import ViewOwners  # noqa: E402


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recorded:
        yield recorded


def _owner(sink: RecordingSink, path: str, status: int = 200) -> dict[str, str]:
    response = Client().get(path)
    assert response.status_code == status, response.content
    (attribution,) = sink.attributions
    return dict(attribution.attributes)


@pytest.mark.parametrize(
    "path",
    [
        "plain/",
        "plain-async/",
        "class/",
        "async-class/",
        "generic/",
        "polite/",
        "rude/",
        "needy/",
        "stacked/",
        "guarded/",
        "bound/",
        "object/",
        "page-of-class/",
        "partial/",
        "api/function/",
        "api/class/",
        "api/fruits/",
        "api/fruits/ripe/",
    ],
)
def test_a_view_belongs_to_the_team_of_its_own_code(sink: RecordingSink, path: str) -> None:
    assert _owner(sink, f"/red/{path}") == {
        "code_owner": "team-red",
        "code_owner_theme": "team",
        "code_owner_squad": "red",
        "code_owner_module": f"{SITE}.red.views",
        "code_owner_source": "mapping",
    }


@pytest.mark.parametrize("path", ["lambda/", "here/"])
def test_a_view_written_in_the_urlconf_belongs_to_the_urlconf(sink: RecordingSink, path: str) -> None:
    found = _owner(sink, f"/red/{path}")
    assert (found["code_owner"], found["code_owner_module"]) == ("team-red", f"{SITE}.red.urls")
    assert "code_owner_reason" not in found


def test_a_declaration_on_a_view_wins(sink: RecordingSink) -> None:
    found = _owner(sink, "/red/lent/")
    assert (found["code_owner"], found["code_owner_source"]) == ("team-violet", "declared")


@pytest.mark.parametrize(
    ("path", "status", "owner", "module"),
    [
        ("/", 302, "team-site", f"{SITE}.urls"),
        ("/red/redirect/", 302, "team-red", f"{SITE}.red.urls"),
        ("/red/listed/redirect/", 302, "team-red", f"{SITE}.red.urls"),
        ("/blue/redirect/", 302, "team-blue", f"{SITE}.blue.urls"),
        ("/admin/", 302, "team-site", f"{SITE}.urls"),
        ("/admin/auth/user/", 302, "team-site", f"{SITE}.urls"),
    ],
)
def test_a_view_of_djangos_belongs_to_the_urlconf_that_uses_it(
    sink: RecordingSink, path: str, status: int, owner: str, module: str
) -> None:
    found = _owner(sink, path, status)
    assert (found["code_owner"], found["code_owner_module"]) == (owner, module)
    assert found["code_owner_reason"] == "urlconf_of_view"


def test_one_view_of_djangos_belongs_to_each_urlconf_that_uses_it(sink: RecordingSink) -> None:
    for _ in range(2):
        Client().get("/red/files/a.txt")
        Client().get("/blue/files/a.txt")
    assert sink.owners == ["team-red", "team-blue"] * 2


def test_djangos_views_in_djangos_urlconf_have_no_owner(sink: RecordingSink) -> None:
    with pytest.raises(Exception, match=r"registration/login\.html"):
        Client().get("/auth/login/")
    (attribution,) = sink.attributions
    assert dict(attribution.attributes) == {
        "code_owner_module": "django.contrib.auth.views",
        "code_owner_source": "none",
    }


def test_the_programs_own_view_without_an_owner_stays_without_one_in_another_teams_urlconf(
    sink: RecordingSink,
) -> None:
    assert _owner(sink, "/red/unclaimed-view/") == {
        "code_owner_module": f"{SITE}.unclaimed.views",
        "code_owner_source": "none",
    }


def test_a_view_of_djangos_in_a_urlconf_without_an_owner_names_the_urlconf(sink: RecordingSink) -> None:
    found = _owner(sink, "/unclaimed/redirect/", 302)
    assert "code_owner" not in found
    assert found["code_owner_module"] == f"{SITE}.unclaimed.urls"


def test_an_admin_class_of_djangos_belongs_to_the_app_of_its_model(sink: RecordingSink) -> None:
    found = _owner(sink, "/admin/red/apple/", 302)
    assert (found["code_owner"], found["code_owner_module"]) == ("team-red", f"{SITE}.red.models")
    assert found["code_owner_reason"] == "model_of_admin"


def test_an_admin_class_of_a_teams_own_belongs_to_that_team_whatever_its_model(sink: RecordingSink) -> None:
    found = _owner(sink, "/admin/red/cherry/", 302)
    assert (found["code_owner"], found["code_owner_module"]) == ("team-blue", f"{SITE}.blue.admin")


@pytest.mark.parametrize(
    "url",
    [
        "/", "/red/redirect/", "/red/listed/redirect/", "/blue/redirect/", "/admin/auth/user/", "/admin/red/apple/",
        "/admin/red/cherry/", "/red/plain/", "/red/class/", "/red/api/fruits/", "/red/lent/", "/unclaimed/plain/",
        "/unclaimed/redirect/",
    ],
)  # fmt: skip
def test_owner_of_answers_for_a_view_as_for_the_requests_that_it_serves(sink: RecordingSink, url: str) -> None:
    Client().get(url)
    (attribution,) = sink.attributions
    assert whose.owner_of(resolve(url).func) == attribution.ownership


def test_owner_of_answers_by_rules_about_urls_and_task_names() -> None:
    app = Celery("named", set_as_current=False)

    def task() -> None: ...

    task.__module__ = "nobodys.tasks"
    rules = {**RULES, "urls": {"/red/unclaimed-view/": "team-blue"}, "tasks": {"reports.*": "team-red"}}
    with installed(rules) as sink:
        Client().get("/red/unclaimed-view/")
        of_view = whose.owner_of(resolve("/red/unclaimed-view/").func)
        made = app.task(name="reports.nightly")(task)
        made()
        of_task = whose.owner_of(made)
    assert [of_view, of_task] == [attribution.ownership for attribution in sink.attributions]
    assert [of_view.team and of_view.team.name, of_task.team and of_task.team.name] == ["team-blue", "team-red"]


def test_owner_of_imports_no_urlconf(sink: RecordingSink) -> None:
    with override_settings(ROOT_URLCONF="no_such_urls"):
        assert not whose.owner_of(RedirectView.as_view(url="/")).is_owned
    assert sink.attributions == []


def test_the_default_owner_does_not_keep_djangos_views_from_their_urlconf() -> None:
    with installed({**RULES, "default_owner": "team-grey"}) as sink:
        Client().get("/red/redirect/")
        Client().get("/unclaimed/plain/")
    assert [(a.attributes["code_owner"], a.attributes["code_owner_source"]) for a in sink.attributions] == [
        ("team-red", "mapping"),
        ("team-grey", "default"),
    ]


def test_a_view_of_an_installed_package_belongs_to_the_urlconf_that_uses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "bought_views.py").write_text(
        "from django.http import HttpResponse\ndef show(request):\n    return HttpResponse('bought')\n"
    )
    (tmp_path / "own_urls.py").write_text(
        "from django.urls import path\nimport bought_views\nurlpatterns = [path('bought/', bought_views.show)]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(packages))
    with installed({"mappings": {"team-red": ["own_urls"]}}) as sink, override_settings(ROOT_URLCONF="own_urls"):
        assert _owner(sink, "/bought/")["code_owner_module"] == "own_urls"
        assert sink.owners == ["team-red"]


def test_a_request_with_a_urlconf_of_its_own_is_judged_by_that(sink: RecordingSink) -> None:
    with override_settings(MIDDLEWARE=["whose.hosts.django.CodeOwnerMiddleware", f"{__name__}.to_blue"]):
        found = _owner(sink, "/files/a.txt", 404)
    assert found["code_owner"] == "team-blue"


def to_blue(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        request.urlconf = f"{SITE}.blue.urls"
        return get_response(request)

    return middleware


def test_a_urlconf_that_includes_itself_is_walked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink: RecordingSink
) -> None:
    (tmp_path / "circular_urls.py").write_text(
        "from django.urls import include, path\n"
        "from django.views.generic import RedirectView\n"
        "urlpatterns = [path('again/', include('circular_urls')), path('more/', include('circular_urls')),\n"
        "               path('to/', RedirectView.as_view(url='/'))]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with override_settings(ROOT_URLCONF="circular_urls"):
        assert _owner(sink, "/again/more/to/", 302)["code_owner_module"] == "circular_urls"


def test_a_view_made_for_one_request_is_forgotten_with_it() -> None:
    config = read_config([Place("test", RULES)], known_sinks=())
    owners = ViewOwners(Attributor(Resolver(compile_index(config))), kind="request")
    request = SimpleNamespace(resolver_match=None)
    kept = []
    for _ in range(3):

        def view(request: Any) -> str:
            return running()

        owners.entrance(view, request)
        kept.append(weakref.ref(view))
    del view
    gc.collect()
    assert [reference() for reference in kept] == [None] * 3
    assert owners.known == {}


def test_views_that_cannot_be_referenced_weakly_do_not_fill_the_memory() -> None:
    class View:
        __slots__ = ()

        def __call__(self, request: Any) -> str:
            return running()

    owners = ViewOwners(Attributor(Resolver(compile_index(read_config([], known_sinks=())))), kind="request")
    request = SimpleNamespace(resolver_match=None)
    for _ in range(3_000):
        owners.entrance(View(), request)
    assert len(owners.known) <= 1_024


class Proxy:
    """Stands for what it wraps in all but its type, as the proxies of agents do."""

    def __init__(self, wrapped: Any) -> None:
        self.__dict__["_self_wrapped"] = wrapped

    @property
    def __wrapped__(self) -> Any:
        return self.__dict__["_self_wrapped"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)


def test_a_proxy_around_a_view_of_djangos_does_not_hide_its_urlconf(
    sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.urls.resolvers import URLPattern

    resolve = URLPattern.resolve

    def resolving(self: Any, path: Any) -> Any:
        match = resolve(self, path)
        if match is not None:
            match.func = Proxy(match.func)
        return match

    monkeypatch.setattr(URLPattern, "resolve", resolving)
    assert _owner(sink, "/red/redirect/", 302)["code_owner_module"] == f"{SITE}.red.urls"


def test_a_proxy_in_the_urlconf_is_found_there(monkeypatch: pytest.MonkeyPatch) -> None:
    urlconf = ModuleType("proxied_urls")
    urlconf.__dict__["urlpatterns"] = [path("to/", Proxy(RedirectView.as_view(url="/")))]
    monkeypatch.setitem(sys.modules, "proxied_urls", urlconf)
    with (
        installed({"mappings": {"team-red": ["proxied_urls"]}}) as sink,
        override_settings(ROOT_URLCONF="proxied_urls"),
    ):
        assert _owner(sink, "/to/", 302)["code_owner_module"] == "proxied_urls"


def test_views_are_known_again_behind_a_proxy_that_is_new_for_each_request() -> None:
    config = read_config([Place("test", RULES)], known_sinks=())
    owners = ViewOwners(Attributor(Resolver(compile_index(config))), kind="request")
    request = SimpleNamespace(resolver_match=None)

    def view(request: Any) -> str:
        return running()

    assert owners.entrance(Proxy(view), request) is owners.entrance(Proxy(view), request)
    assert list(owners.known) == [id(view)]


def test_a_view_that_cannot_be_looked_into_is_served_without_an_owner(sink: RecordingSink) -> None:
    class Hostile:
        def __call__(self, request: Any) -> Any:
            from django.http import HttpResponse

            return HttpResponse("served")

        def __getattr__(self, name: str) -> Any:
            if name == "model_admin":
                raise RuntimeError(name)
            raise AttributeError(name)

    with override_settings(ROOT_URLCONF=(path("hostile/", Hostile()),)):
        assert Client().get("/hostile/").content == b"served"
    (attribution,) = sink.attributions
    assert "code_owner" not in attribution.attributes


def test_the_work_is_named_after_the_code_that_serves(sink: RecordingSink) -> None:
    for url in ("/red/rude/", "/red/class/", "/red/redirect/", "/red/partial/"):
        Client().get(url)
    assert [attribution.work.name for attribution in sink.attributions] == [
        f"{SITE}.red.views.rude",
        f"{SITE}.red.views.ClassBased",
        "django.views.generic.base.RedirectView",
        f"{SITE}.red.views.<lambda>",
    ]
    assert {attribution.work.kind for attribution in sink.attributions} == {"request"}


def test_urls_are_not_resolved_a_second_time(sink: RecordingSink, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.urls.resolvers import URLResolver

    calls = []
    resolve = URLResolver.resolve

    @functools.wraps(resolve)
    def counting(self: Any, path: Any) -> Any:
        calls.append(path)
        return resolve(self, path)

    monkeypatch.setattr(URLResolver, "resolve", counting)
    Client().get("/red/plain/")
    expected = list(calls)
    calls.clear()
    with override_settings(MIDDLEWARE=[]):
        Client().get("/red/plain/")
    assert expected == calls


def test_a_rule_about_urls_is_asked_last() -> None:
    with installed({**RULES, "urls": {"/unclaimed/": "team-green", "/red/": "team-green"}}) as sink:
        for url in ("/unclaimed/plain/", "/red/plain/", "/red/redirect/"):
            Client().get(url)
    assert [(a.attributes["code_owner"], a.attributes["code_owner_source"]) for a in sink.attributions] == [
        ("team-green", "urls"),
        ("team-red", "mapping"),
        ("team-red", "mapping"),
    ]
    assert sink.attributions[0].attributes["code_owner_module"] == f"{SITE}.unclaimed.views"
