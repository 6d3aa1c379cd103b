"""URLs of nobody."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from tests.hosts.django_site.unclaimed import views

urlpatterns = [
    path("plain/", views.plain),
    path("redirect/", RedirectView.as_view(url="/red/plain/")),
]
