"""The catalog's URLconf; it makes views of Django's generic ones, too."""

from __future__ import annotations

import functools

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import RedirectView, TemplateView

from catalog import views
from site_config import trail


def defined_here(request: HttpRequest) -> HttpResponse:
    trail.served(request.path)
    return HttpResponse("ok")


urlpatterns = [
    path("function/", views.function),
    path("async-function/", views.async_function),
    path("async-calls-sync/", views.async_that_calls_sync),
    path("class/", views.ClassBased.as_view()),
    path("async-class/", views.AsyncClassBased.as_view()),
    path("generic/", views.Generic.as_view()),
    path("partial/", functools.partial(views.with_format, as_json=True)),
    path("partial-class/", functools.partial(views.ClassBased.as_view())),
    path("lambda/", lambda request: HttpResponse("ok")),
    path("in-urls/", defined_here),
    path("redirect/", RedirectView.as_view(url="/catalog/function/")),
    path("template/", TemplateView.as_view(template_name="home.html")),
    path("streaming/", views.streams),
    path("streaming-async/", views.streams_async),
    path("fails/", views.fails),
    path("fails-async/", views.fails_async),
    path("nothing/", views.finds_nothing),
    path("forbidden/", views.forbids),
    path("sub-request/", views.requests_another),
    path("task/", views.runs_a_task),
]
