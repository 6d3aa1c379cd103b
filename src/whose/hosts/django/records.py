"""Puts a request's owner into what Django reports about it after the request's own work is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from whose.errors import contain
from whose.model import CODE_OWNER_SOURCE, Attribution


class OwnerOfRequest(logging.Filter):
    """A filter for the logger of the reports; lets every record pass.

    Django's ``log_response`` (django/utils/log.py) names the request in ``extra``, which ``logging`` puts on a record
    only after the record factory has made it. So the fields that the factory left empty are filled in here.
    """

    def __init__(self, read: Callable[[logging.LogRecord], Attribution | None]) -> None:
        super().__init__()
        self._read = read

    def filter(self, record: logging.LogRecord) -> bool:
        """Fill in the owner's fields where they are there and empty."""
        try:
            fields = vars(record)
            if CODE_OWNER_SOURCE in fields and fields[CODE_OWNER_SOURCE] is None:
                attribution = self._read(record)
                if attribution is not None:
                    fields.update(attribution.attributes)
        except Exception as error:
            contain(error, cause="the owner of a request's log record")
        return True
