"""The site's settings, which know nothing of whose unless it is to be set up in code."""

from __future__ import annotations

import os

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_urls"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]

if "SIGNALS_IN_CODE" in os.environ:
    INSTALLED_APPS = ["whose.hosts.django"]
    MIDDLEWARE.insert(0, "whose.hosts.django.CodeOwnerMiddleware")
