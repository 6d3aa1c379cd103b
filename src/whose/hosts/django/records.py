"""Puts a request's owner into what Django reports about it outside of the request's own work."""

from __future__ import annotations

import logging

from whose.attribution import Attributor
from whose.errors import contain
from whose.hosts.django.serving import Requests
from whose.model import CODE_OWNER_SOURCE, Attribution
from whose.runtime import active

#: The logger by which Django reports responses of 400 and above, after all middleware is done.
REPORTS = "django.request"
#: What the loggers begin with by which Django reports refused requests, one for each class of exception.
SECURITY = "django.security."


class OwnerOfRequest(logging.Filter):
    """A filter for the loggers of the reports; lets every record pass.

    Django's ``log_response`` (django/utils/log.py) names the request in ``extra``, which ``logging`` puts on a record
    only after the record factory has made it. So the fields that the factory left empty are filled in here.
    """

    def __init__(self, attributor: Attributor, requests: Requests) -> None:
        super().__init__()
        self._attributor = attributor
        self._read = requests.attribution_of_record
        self._loggers: dict[str, logging.Logger] = {}

    def join(self, name: str) -> None:
        """Filter the records of a logger."""
        if name not in self._loggers:
            self._loggers[name] = logging.getLogger(name)
            self._loggers[name].addFilter(self)

    def leave(self) -> None:
        """Filter nothing any more."""
        for logger in self._loggers.values():
            logger.removeFilter(self)
        self._loggers.clear()

    def attribution_of(self, record: logging.LogRecord) -> Attribution | None:
        """Return the attribution of the request that a record is about, where the record names it already.

        A filter sees the records of its own logger alone, and Django makes those for security as it needs them: such a
        one is joined while its record is being made, which is in time.
        """
        if record.name.startswith(SECURITY):
            self.join(record.name)
        return self._read(record)

    def filter(self, record: logging.LogRecord) -> bool:
        """Fill in the owner's fields where they are there and empty."""
        try:
            fields = vars(record)
            names = active().keys_of("logging")
            if fields.get(names.get(CODE_OWNER_SOURCE, CODE_OWNER_SOURCE), "absent") is None:
                attribution = self._read(record)
                if attribution is not None:
                    fields.update(attribution.renamed(names).attributes)
                    if record.exc_info and record.exc_info[1] is not None:
                        fault = self._attributor.resolver.fault_of(record.exc_info[1])
                        fields.update(fault.renamed(names).attributes)
        except Exception as error:
            contain(error, cause="the owner of a request's log record")
        return True
