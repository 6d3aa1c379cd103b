"""Counts the lines of a file, and hands over the text that was read for it, so that nobody reads it again."""

from __future__ import annotations

import os
from typing import NamedTuple

_CHUNK = 1 << 18
#: Bytes in which a zero byte tells that a file is not text, as git judges (``buffer_is_binary``, xdiff-interface.c).
_LOOKED_AT = 8_000
# A file that a program makes while we read must not keep us waiting: pipes are opened without waiting for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class LineCount(NamedTuple):
    """How many lines a file has: none where it is binary or a symbolic link; and why it could not be read, if so."""

    lines: int
    failure: str = ""
    #: The whole text; None where the file was not read, or is too large to be handed around.
    text: bytes | None = None


def count_lines(path: str) -> LineCount:
    """Return the count of a file; symbolic links are not followed."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        is_link = os.path.islink(path)
        return LineCount(0, "" if is_link else error.strerror or type(error).__name__)
    try:
        chunk = os.read(descriptor, _CHUNK)
        text = chunk if len(chunk) < _CHUNK else None
        if b"\0" in chunk[:_LOOKED_AT]:
            return LineCount(0, "", text)
        lines, last = 0, b""
        while chunk:
            lines += chunk.count(b"\n")
            last = chunk
            chunk = os.read(descriptor, _CHUNK) if len(chunk) == _CHUNK else b""
        return LineCount(lines + (bool(last) and not last.endswith(b"\n")), "", text)
    except OSError as error:
        return LineCount(0, error.strerror or type(error).__name__)
    finally:
        os.close(descriptor)
