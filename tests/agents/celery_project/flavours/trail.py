"""What a task's body leaves behind: a line in the log and a count in Redis that the driver waits for."""

from __future__ import annotations

import functools
import logging
import os

import redis

logger = logging.getLogger(__name__)
COUNTS = "trail"


@functools.cache
def connection() -> redis.Redis:
    """Return this process's connection, made at its first use: after the fork, after the monkey patching."""
    return redis.Redis.from_url(os.environ["FLAVOURS_REDIS"], decode_responses=True)


def ran(body: str) -> int:
    """Return how often the body has run in all processes, this run included."""
    logger.info("ran %s", body)
    return int(connection().hincrby(COUNTS, body, 1))


def counts() -> dict[str, int]:
    """Return how often each body ran so far."""
    return {name: int(count) for name, count in connection().hgetall(COUNTS).items()}
