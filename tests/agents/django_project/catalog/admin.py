"""The catalog's admin, with a class of its own."""

from __future__ import annotations

from django.contrib import admin

from catalog.models import Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    """Inherits its views from Django."""

    list_display = ("name",)
