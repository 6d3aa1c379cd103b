"""Shelves in the back office."""

from django.contrib import admin

from shop.warehouse.models import Shelf


@admin.register(Shelf)
class ShelfAdmin(admin.ModelAdmin):
    """Lists shelves with what is on them."""

    list_display = ("label", "product", "quantity")
