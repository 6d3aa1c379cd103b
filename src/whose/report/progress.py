"""Shows on standard error how far a long job is, once it has taken longer than anybody should wait in silence."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TextIO, TypeVar

T = TypeVar("T")

#: Seconds of silence; then seconds between signs of life on a terminal, and in a log.
SILENCE = 2.0
_ON_TERMINAL = 0.1
_IN_LOG = 10.0
#: Items between two looks at the clock.
_STRIDE = 256


class Progress:
    """Counts the steps of one command; says nothing before two seconds have gone by."""

    def __init__(self, stream: TextIO | None = None, *, silence: float = SILENCE) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_terminal = self._stream.isatty()
        self._next = time.monotonic() + silence
        self._shown = ""

    def of(self, items: Iterable[T], what: str, *, total: int | None = None) -> Iterator[T]:
        """Return the items as they are, and show how many of them have been taken."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        for number, item in enumerate(items):
            if number % _STRIDE == 0:
                self.say(f"{what} {number:,} of {total:,}" if total else f"{what} {number:,}")
            yield item
        self.clear()

    def say(self, text: str) -> None:
        """Show what is going on, if it is time for a sign of life."""
        now = time.monotonic()
        if now < self._next:
            return
        if self._is_terminal:
            self._next = now + _ON_TERMINAL
            self._write(f"\r{text:<{len(self._shown)}}")
            self._shown = text
        else:
            self._next = now + _IN_LOG
            self._write(f"whose: {text}\n")

    def clear(self) -> None:
        """Leave the terminal's line as it was."""
        if self._shown:
            self._write(f"\r{'':<{len(self._shown)}}\r")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
