"""An admin class for another team's model."""

from __future__ import annotations

from django.contrib import admin

from tests.hosts.django_site.red.models import Cherry


@admin.register(Cherry)
class CherryAdmin(admin.ModelAdmin):
    """Inherits all views."""
