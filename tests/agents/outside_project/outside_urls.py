"""The site's URLs."""

from __future__ import annotations

from django.urls import path

from outside_red import views

urlpatterns = [path("works/<path:word>", views.works), path("breaks/<path:word>", views.breaks)]
