"""A small shop for tea: the project that whose's demo runs."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
