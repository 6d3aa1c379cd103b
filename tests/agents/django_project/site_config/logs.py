"""The site's own logging: one JSON object a line, with whatever a filter has put on the record."""

from __future__ import annotations

import json
import logging


class JsonFormatter(logging.Formatter):
    """Writes message, logger, process and every field of the record that tells of a code owner."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"logger": record.name, "level": record.levelname, "message": record.getMessage(), "pid": record.process}
        line |= {key: value for key, value in vars(record).items() if key.startswith("code_owner")}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
