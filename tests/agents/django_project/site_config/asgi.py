"""What an ASGI server serves."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_config.settings")
application = get_asgi_application()

if "ELASTIC_APM_SERVER_URL" in os.environ:
    # From Django 5.0 on, what the agent's Django app begins in a signal's receiver is lost under ASGI (its issue 1953).
    from elasticapm.contrib.asgi import ASGITracingMiddleware

    application = ASGITracingMiddleware(application)
