"""The root URLconf, of team-site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(url="/red/plain/")),
    path("admin/", admin.site.urls),
    path("auth/", include("django.contrib.auth.urls")),
    path("red/", include("tests.hosts.django_site.red.urls")),
    path("blue/", include("tests.hosts.django_site.blue.urls")),
    path("unclaimed/", include("tests.hosts.django_site.unclaimed.urls")),
]
