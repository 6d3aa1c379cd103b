"""What ``celery -A`` is given to serve the second app: both apps are imported, as in any process of the project."""

from __future__ import annotations

from flavours.app import second

app = second.app
