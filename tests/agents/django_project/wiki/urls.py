"""The wiki's URLconf."""

from __future__ import annotations

from django.urls import path

from wiki import views

urlpatterns = [path("page/", views.page), path("broken/", views.broken)]
