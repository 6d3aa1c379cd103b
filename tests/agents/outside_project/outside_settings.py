"""The site's settings."""

from __future__ import annotations

import os

from outside_app import app, log

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "outside_urls"
INSTALLED_APPS = ["whose.hosts.django"]
MIDDLEWARE = [
    "whose.hosts.django.CodeOwnerMiddleware",
    "django.middleware.common.CommonMiddleware",
    "outside_blue.middleware.Gate",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
LOGGING_CONFIG = None
log()

if "ELASTIC_APM_SERVER_URL" in os.environ:
    INSTALLED_APPS.append("elasticapm.contrib.django")

__all__ = ["app"]
