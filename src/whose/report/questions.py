"""Tells what a question is about: a path, a dotted name, a URL, or a task."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from enum import StrEnum

_FILE = re.compile(r"[^/\s]+\.(?:py|pyi|md|rst|txt|toml|ya?ml|json|cfg|ini|js|jsx|ts|tsx|html|css|sh|sql|lock)")


class Kind(StrEnum):
    """What a text names."""

    PATH = "path"
    NAME = "name"
    URL = "url"
    TASK = "task"


def kind_of(text: str, *, root: str, knows_module: Callable[[str], bool], knows_task: Callable[[str], bool]) -> Kind:
    """Return what a text names.

    What exists as a file or folder is a path, and what begins with a slash otherwise a URL. Of the rest, what has a
    slash or the ending of a file is a path all the same; a module of the repository is a name; what a task is called
    is a task, as is every word without a dot.
    """
    if "://" in text:
        return Kind.URL
    if os.path.lexists(text) and _is_below(os.path.abspath(text), root):
        return Kind.PATH
    if text.startswith("/"):
        return Kind.PATH if _is_below(text, root) else Kind.URL
    if "/" in text or os.sep in text or _FILE.fullmatch(text):
        return Kind.PATH
    if knows_module(text):
        return Kind.NAME
    if "." not in text or knows_task(text):
        return Kind.TASK
    return Kind.NAME


def _is_below(path: str, root: str) -> bool:
    top = root.rstrip(os.sep)
    return path == top or path.startswith(top + os.sep) or os.path.realpath(path).startswith(top + os.sep)
