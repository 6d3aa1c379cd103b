"""The site's settings; ``WHOSE_TEST_INSTALL=never`` leaves ``whose`` out, for the control."""

from __future__ import annotations

import os

IS_ATTRIBUTED = os.environ.get("WHOSE_TEST_INSTALL") != "never"

DEBUG = False
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_config.urls"
WSGI_APPLICATION = "site_config.wsgi.application"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
STATIC_URL = "static/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "catalog",
    "billing",
    "search",
    "wiki",
    "thirdparty_views",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "search.middleware.Maintenance",
    "search.middleware.accident_prone",
    "billing.middleware.Teapots",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}

CODE_OWNER_MAPPINGS = {
    "warm-red": ["catalog"],
    "cold-blue": ["billing", "search.lent_to_blue"],
    "team-green": ["search", "site_config"],
}
CODE_OWNER_THEMES = {"warm": ["warm-red"], "cold": ["cold-blue"]}

if IS_ATTRIBUTED:
    INSTALLED_APPS.append("whose.hosts.django")
    MIDDLEWARE.insert(0, "whose.hosts.django.CodeOwnerMiddleware")

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # As a program does that counts things of its own.
    import prometheus_client  # noqa: F401

if "ELASTIC_APM_SERVER_URL" in os.environ:
    # The agent puts its own middleware in front; its client must exist before the server forks or serves.
    INSTALLED_APPS.append("elasticapm.contrib.django")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "site_config.logs.JsonFormatter"}},
    "handlers": {
        "file": {
            "class": "logging.FileHandler",
            "filename": os.environ.get("FLAVOURS_LOG", os.devnull),
            "formatter": "json",
        }
    },
    "root": {"handlers": ["file"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["file"], "level": "INFO", "propagate": False}},
}
