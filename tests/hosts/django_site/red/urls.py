"""URLs of team-red."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from django.views.static import serve
from rest_framework.routers import SimpleRouter

from tests.hosts.django_site.blue.decorators import page_of
from tests.hosts.django_site.ownership import running
from tests.hosts.django_site.red import views
from tests.hosts.django_site.unclaimed import views as unclaimed

router = SimpleRouter()
router.register("fruits", views.Fruits, basename="fruit")


def here(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())


urlpatterns = [
    path("plain/", views.plain),
    path("plain-async/", views.plain_async),
    path("gathers/", views.gathers),
    path("class/", views.ClassBased.as_view()),
    path("async-class/", views.AsyncClassBased.as_view()),
    path("generic/", views.Generic.as_view()),
    path("polite/", views.polite),
    path("rude/", views.rude),
    path("needy/", views.needy),
    path("stacked/", views.stacked),
    path("guarded/", views.guarded),
    path("bound/", views.RedDesk().show),
    path("object/", views.Endpoint()),
    path("page-of-class/", page_of(views.RedDesk)),
    path("partial/", views.with_format),
    path("lambda/", lambda request: HttpResponse(running())),
    path("here/", here),
    path("lent/", views.lent),
    path("api/function/", views.api_function),
    path("api/class/", views.Api.as_view()),
    path("api/invalid/", views.Invalid.as_view()),
    path("api/broken/", views.BrokenApi.as_view()),
    path("api/", include(router.urls)),
    path("redirect/", RedirectView.as_view(url="/red/plain/")),
    path("template/", TemplateView.as_view(template_name="none.html")),
    path("unclaimed-view/", unclaimed.plain),
    re_path(r"^files/(?P<path>.*)$", serve, {"document_root": "/nowhere"}),
    path("listed/", include([path("redirect/", RedirectView.as_view(url="/"))])),
    path("broken/", views.broken),
    path("broken-async/", views.broken_async),
    path("rescued/", views.rescued),
    path("missing/", views.missing),
    path("forbidden/", views.forbidden),
    path("suspicious/", views.suspicious),
    path("broken-template/", views.broken_template),
    path("streams/", views.streams),
    path("stream-breaks/", views.stream_breaks),
    path("streams-async/", views.streams_async),
    path("asks-blue/", views.asks_blue),
    path("asks-blue-async/", views.asks_blue_async),
    path("asks-broken/", views.asks_broken),
    path("in-thread/", views.in_thread),
]
