"""The site, for gunicorn."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from shop import agents

application = get_wsgi_application()
agents.start("after", framework="django")
