"""The root URLconf."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("admin/", admin.site.urls),
    path("catalog/", include("catalog.urls")),
    path("billing/", include("billing.urls")),
    path("search/", include("search.urls")),
    path("wiki/", include("wiki.urls")),
    path("thirdparty/", include("thirdparty_views.urls")),
]
