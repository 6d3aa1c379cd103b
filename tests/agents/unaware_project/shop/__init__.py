"""A shop that knows nothing of whose; its application is here for Django, as Celery's documentation has it."""

from __future__ import annotations

from shop.celery import app

__all__ = ["app"]
