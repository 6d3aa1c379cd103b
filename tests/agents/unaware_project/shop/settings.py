"""The site's settings."""

from __future__ import annotations

from shop import agents

SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
INSTALLED_APPS = ["elasticapm.contrib.django"] if (agents.AGENT, agents.FRAMEWORK) == ("elastic", "django") else []

agents.start("before", framework="django")
