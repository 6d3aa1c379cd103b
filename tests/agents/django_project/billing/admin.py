"""Billing's admin, without a class of its own."""

from __future__ import annotations

from django.contrib import admin

from billing.models import Invoice

admin.site.register(Invoice)
