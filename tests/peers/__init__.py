"""Celery's and Django's own tests, run with and without whose."""
