"""Finding tasks and views in source."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from whose.report.entry_points import EntryPoint, find_entry_points


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def found(sources: Mapping[str, str]) -> tuple[EntryPoint, ...]:
    contents = [(path, text.encode()) for path, text in sources.items()]
    return find_entry_points(contents, module_of=module_of)


def tasks(text: str, **others: str) -> list[str]:
    files = {"shop/tasks.py": text} | {f"shop/{name}.py": source for name, source in others.items()}
    return [entry.name for entry in found(files) if entry.kind == "task"]


@pytest.mark.parametrize(
    "text",
    [
        "@shared_task\ndef send(): ...",
        "from celery import shared_task as st\nst_task = st\n@st_task\ndef send(): ...",
        "@app.task(bind=True)\ndef send(self): ...",
        "@celery.app.base.app.task\nasync def send(): ...",
        "@huey.db_task()\ndef send(): ...",
        "@dramatiq.actor(queue_name='x')\ndef send(): ...",
        "@other\n@shared_task\n@another\ndef send(): ...",
        "my_task = shared_task\n@my_task\ndef send(): ...",
        "from functools import partial\nour_task = partial(shared_task, bind=True)\n@our_task()\ndef send(self): ...",
        "if True:\n    @shared_task\n    def send(): ...",
        "try:\n    pass\nfinally:\n    @shared_task\n    def send(): ...",
        "def make():\n    @app.task\n    def send(): ...",
    ],
)
def test_a_task_is_told_by_its_decorator(text: str) -> None:
    assert tasks(text) == ["shop.tasks.send"]


def test_an_alias_counts_where_it_is_imported() -> None:
    decorated = "from shop.tasking import our_task\n@our_task\ndef send(): ..."
    assert tasks(decorated, tasking="from celery import shared_task\nour_task = shared_task\n") == ["shop.tasks.send"]
    assert tasks(decorated, tasking="def our_task(f): ...\n") == []


def test_an_explicit_name_is_the_task_s_and_its_code_is_where_it_stands() -> None:
    (entry,) = found({"billing/jobs.py": '\n@shared_task(name="reports.nightly")\ndef nightly(): ...\n'})
    assert entry == EntryPoint("task", "reports.nightly", "billing.jobs.nightly", "billing/jobs.py", 3)


def test_registered_classes_are_tasks() -> None:
    text = "class Send(Task):\n    name = 'mail.send'\n    def run(self): ...\n\nclass Other(Task): ...\n\n"
    assert tasks(text + "app.register_task(Send())\nother = app.register_task(Other)\n") == [
        "mail.send",
        "shop.tasks.Other",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "from invoke import task\n@task\ndef build(c): ...",
        "from airflow.decorators import task\n@task\ndef build(c): ...",
        "@property\ndef task(self): ...",
        "# @shared_task\ndef send(): ...",
        "@shared_task\nprint 'Python 2'",
        "x = '@shared_task'",
    ],
)
def test_what_only_looks_like_a_task_is_none(text: str) -> None:
    assert tasks(text) == []


def views(sources: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(entry.route, entry.name) for entry in found(sources) if entry.kind == "view"]


def test_urlconfs_of_django_are_followed_through_their_includes() -> None:
    sources = {
        "site/urls.py": (
            "from django.urls import include, path\nfrom shop import cart\n"
            'urlpatterns = [path("", home), path("cart/", include("shop.cart.urls")), path("api/", include((api,)))]\n'
            'api = [path("v1/", View.as_view())]\n'
        ),
        "shop/cart/urls.py": (
            "from django.urls import path, re_path\nfrom . import views\nfrom .views import add\n"
            'urlpatterns = [path("add/", login_required(add)), re_path(r"^(?P<n>\\d+)/$", views.Show.as_view(x=1))]\n'
        ),
    }
    assert set(views(sources)) == {
        ("", "site.urls.home"),
        ("cart/add/", "shop.cart.views.add"),
        ("cart/(?P<n>\\d+)/", "shop.cart.views.Show"),
        ("v1/", "site.urls.View"),
    }


def test_routers_and_decorated_routes_are_views() -> None:
    sources = {
        "shop/urls.py": (
            "from rest_framework.routers import SimpleRouter\nfrom shop.api import Lines\n"
            'router = SimpleRouter()\nrouter.register("lines", Lines)\n'
            'urlpatterns = [path("api/", include(router.urls))]\n'
        ),
        "shop/flask.py": '@app.route("/hello")\ndef hello(): ...\n@router.post("/items/{n}")\nasync def add(n): ...\n',
        "shop/tests.py": '@mock.patch("shop.x")\ndef test(): ...\n',
    }
    assert set(views(sources)) == {
        ("api/lines/", "shop.api.Lines"),
        ("/hello", "shop.flask.hello"),
        ("/items/{n}", "shop.flask.add"),
    }


def test_urlconfs_that_include_each_other_end() -> None:
    text = 'urlpatterns = [path("a/", view), path("b/", include("{other}"))]\n'
    sources = {"one.py": text.replace("{other}", "two"), "two.py": text.replace("{other}", "one")}
    assert set(views(sources)) == {("a/", "one.view"), ("b/a/", "two.view")}
