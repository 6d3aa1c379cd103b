"""URLs of team-blue."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.generic import RedirectView
from django.views.static import serve

from tests.hosts.django_site.blue import views

urlpatterns = [
    path("plain/", views.plain),
    path("redirect/", RedirectView.as_view(url="/red/plain/")),
    re_path(r"^files/(?P<path>.*)$", serve, {"document_root": "/nowhere"}),
]
