"""Tasks that log, raise, hand on and are chosen by what they were given."""

from __future__ import annotations

import logging
from typing import Any

import whose
from celery import Task, shared_task

logger = logging.getLogger("outside")


@shared_task
def works(*args: Any, **kwargs: Any) -> None:
    """Log what came, and run a part of another team's with it."""
    logger.info("works with %s %s", args, kwargs)
    with whose.attributing("outside_blue"):
        logger.info("inside %s", args)


@shared_task
def breaks(*args: Any, **kwargs: Any) -> None:
    """Raise with what came."""
    logger.info("breaks")
    raise ValueError(f"{args} {kwargs}")


@shared_task
def takes_nothing() -> None:
    """Be called with arguments all the same."""


@shared_task(bind=True)
def retries(self: Task, word: str) -> None:
    """Say once why it will be tried again."""
    if not self.request.retries:
        raise self.retry(exc=ValueError(word), countdown=0)


@shared_task
@whose.inherits_owner
def later(word: str) -> None:
    """Work for whoever asked."""
    logger.info("later %s", word)


@shared_task
@whose.owned_by_argument(lambda job, *args, **kwargs: job)
def dispatch(job: str) -> None:
    """Work for whoever owns what the argument names."""
    logger.info("dispatched %s", job)


@shared_task
def hands_on(word: str) -> None:
    """Send what came."""
    works.delay(word, word=word)
