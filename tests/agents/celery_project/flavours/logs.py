"""The project's own logging: one JSON object a line, with whatever a filter has put on the record."""

from __future__ import annotations

import json
import logging
import os
from typing import Any


class JsonFormatter(logging.Formatter):
    """Writes message, logger, process and every field of the record that tells of a code owner."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"logger": record.name, "level": record.levelname, "message": record.getMessage(), "pid": record.process}
        line |= {key: value for key, value in vars(record).items() if key.startswith("code_owner")}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(**_: Any) -> None:
    """Send everything to the file that FLAVOURS_LOG names, else to standard error; a receiver of ``setup_logging``."""
    path = os.environ.get("FLAVOURS_LOG")
    handler = logging.FileHandler(path) if path else logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
