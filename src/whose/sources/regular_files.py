"""Reads files that are files: a pipe or device that bears the name of one is an error, and not waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: str | Path, *, most: int = -1) -> bytes:
    """Return what a file holds, or the first bytes of it if ``most`` says how many.

    Raises:
        OSError: it cannot be read, or is no regular file.

    """
    descriptor = os.open(path, _FLAGS)
    with open(descriptor, "rb", buffering=0) as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise OSError(errno.EINVAL, "No regular file", str(path))
        return file.read(most) or b""
