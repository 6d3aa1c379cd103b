"""Makes the consoles that people read: colour only where a terminal is, and nothing cut where a program reads."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TextIO, cast

from rich.console import Console

#: As wide as no line is: a pipe has no width, and whoever reads it wants whole paths.
_ENDLESS = 100_000
_TRAILING = re.compile(r" +(?=\n)")


def output_console() -> Console:
    """Return the console of what was asked for, on standard output.

    ``NO_COLOR``, ``FORCE_COLOR`` and ``COLUMNS`` are respected, as rich does.
    """
    return _console(sys.stdout)


def error_console() -> Console:
    """Return the console of complaints and progress, on standard error."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    if isinstance(stream, io.TextIOWrapper):
        # Names of files need not be UTF-8, nor need the terminal; a name shown with escapes beats a traceback.
        stream.reconfigure(errors="backslashreplace")
    is_terminal = stream.isatty() or bool(os.environ.get("FORCE_COLOR"))
    width = None if is_terminal or os.environ.get("COLUMNS") else _ENDLESS
    return _Console(file=cast("TextIO", _Trimmed(stream)), width=width, highlight=False, emoji=False, markup=False)


class _Console(Console):
    """A console that leaves a broken pipe to the command line, which knows the exit code for it."""

    def on_broken_pipe(self) -> None:
        """Raise what is being handled (``rich.console.Console.on_broken_pipe`` ends with 1 instead)."""
        raise  # noqa: PLE0704 - rich calls this where it handles the error


class _Trimmed:
    """A stream without the blanks with which tables fill their last column."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_TRAILING.sub("", text))

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        """Return the encoding of the stream, which tells rich whether it can draw."""
        return self._stream.encoding or "utf-8"
