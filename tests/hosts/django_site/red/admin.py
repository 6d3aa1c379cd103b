"""Admin without a class for one model; the other's class is another team's."""

from __future__ import annotations

from django.contrib import admin

from tests.hosts.django_site.red.models import Apple

admin.site.register(Apple)
