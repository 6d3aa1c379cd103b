"""Writes the owners of a repository in the words of other tools."""

from __future__ import annotations


def can_be_named(path: str) -> bool:
    """Tell whether a path can stand in a text file of one line a rule; names of files may hold any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()
