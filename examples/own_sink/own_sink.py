"""Writes the owner of each work on a blackboard: a file with one line of JSON a work."""

from __future__ import annotations

import json
import os

from whose import Attribution


class BlackboardSink:
    """A sink is a class with one method; whose calls the class without arguments."""

    def __init__(self) -> None:
        self._path = os.environ.get("BLACKBOARD", "blackboard.jsonl")

    def record(self, attribution: Attribution) -> None:
        """Write a line; ``attributes`` has what the configuration wants emitted, under the names that it wants."""
        line = {"kind": attribution.work.kind, "name": attribution.work.name, **attribution.attributes}
        with open(self._path, "a", encoding="utf-8") as blackboard:
            blackboard.write(json.dumps(line) + "\n")
