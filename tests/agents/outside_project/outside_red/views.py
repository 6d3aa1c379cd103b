"""Views that log, raise, query and send what they were given."""

from __future__ import annotations

import logging

import whose
from django.db import connection
from django.http import HttpRequest, HttpResponse

from outside_red.tasks import hands_on

logger = logging.getLogger("outside")


def works(request: HttpRequest, word: str) -> HttpResponse:
    """Do with what came whatever a view does."""
    logger.info("works with %s %s %s", word, request.GET, request.headers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [word])
    with whose.attributing("outside_blue"):
        logger.info("inside %s", word)
    hands_on.delay(word)
    return HttpResponse(word, headers={"X-Word": word})


def breaks(request: HttpRequest, word: str) -> HttpResponse:
    """Raise with what came."""
    logger.info("breaks")
    raise ValueError(f"{word} {request.body!r}")
