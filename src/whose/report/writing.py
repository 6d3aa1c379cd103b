"""Writes files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from whose.report.files import RepositoryError


def write_atomically(path: Path, content: bytes) -> None:
    """Put content into a file at once, keeping the permissions of the file that was there.

    Raises:
        RepositoryError: the file cannot be written.

    """
    target = Path(os.path.realpath(path))  # a symbolic link stays one, and what it points to is written
    descriptor, temporary = -1, ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise RepositoryError(f"{path}: cannot be written ({error.strerror})") from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
