"""Settings of the shop; what whose needs are the two lines that name it."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# The shop is an example: it listens on this machine only and keeps nothing worth a secret.
SECRET_KEY = "tea leaves"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEBUG = False

INSTALLED_APPS = [
    "shop.platform.backoffice.BackOfficeConfig",  # takes the place of django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "shop.accounts",
    "shop.cart",
    "shop.catalogue",
    "shop.checkout",
    "shop.invoicing",
    "shop.legacy",
    "shop.notifications",
    "shop.payments",
    "shop.platform",
    "shop.pricing",
    "shop.recommendations",
    "shop.reviews",
    "shop.search",
    "shop.shipping",
    "shop.warehouse",
    "whose.hosts.django",
]

# No CsrfViewMiddleware: customers carry a header, not a cookie, and the admin protects its own forms.
MIDDLEWARE = [
    "whose.hosts.django.CodeOwnerMiddleware",
    "shop.platform.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shop.platform.staff.StaffMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
ASGI_APPLICATION = "shop.asgi.application"

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

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", PROJECT / "shop.sqlite3"),
        "OPTIONS": {"timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SHOP_STAFF_TOKEN = os.environ.get("SHOP_STAFF_TOKEN", "kettle")
SHOP_CARRIERS = ["bicycle", "postal"]

CELERY_BROKER_URL = os.environ.get("SHOP_BROKER", "redis://localhost:6379/0")
CELERY_RESULT_BACKEND = os.environ.get("SHOP_RESULTS", CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("SHOP_QUEUE", "shop")
CELERY_RESULT_EXPIRES = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Runs only where somebody starts beat: celery -A shop worker -B
CELERY_BEAT_SCHEDULE = {"recount stock": {"task": "shop.warehouse.tasks.recount_stock", "schedule": 30.0}}
