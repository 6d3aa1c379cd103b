"""Reads the frames of a traceback that is known only as text and tells which loaded modules they belong to."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

_FRAME = re.compile(
    r'^ *(?:[|+\- ]*)File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<function>[^\n]+))?$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class TextFrame:
    """One frame as a traceback prints it."""

    file: str
    line: int
    function: str

    @property
    def module(self) -> str | None:
        """Return the name of the loaded module that was read from this file, or None."""
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == self.file and name != "__main__":
                return name
        return None

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


def frames_of_text(text: str) -> tuple[TextFrame, ...]:
    """Return the frames of a printed traceback, outermost first; of several joined ones, all in order of printing."""
    return tuple(
        TextFrame(found["file"], int(found["line"]), found["function"] or "<module>") for found in _FRAME.finditer(text)
    )
