"""A pytest plugin that installs whose before Celery's tests begin."""

from __future__ import annotations

import whose
from whose.testing import RecordingSink


def pytest_configure() -> None:
    """Install before any test module is collected."""
    whose.install({"mappings": {"celery": ["celery"], "tests": ["t"]}, "sinks": [RecordingSink(), "logging"]})
