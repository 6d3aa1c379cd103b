"""The search's URLconf."""

from __future__ import annotations

from django.urls import path

from search import lent_to_blue
from thirdparty_views import views

urlpatterns = [
    path("lent/", lent_to_blue.function),
    path("thirdparty-class/", views.Status.as_view()),
]
