"""The environment of a program in which our sitecustomize is to run first."""

from __future__ import annotations

import os
from collections.abc import Mapping

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "on_path")


def with_us_on_the_path(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with our folder first on ``PYTHONPATH``, and nothing else changed.

    An empty entry stays, for it stands for the working directory; an empty ``PYTHONPATH`` is none at all
    (Modules/getpath.py).
    """
    path = environment.get("PYTHONPATH", "")
    entries = [entry for entry in path.split(os.pathsep) if entry != _FOLDER] if path else []
    return {**environment, "PYTHONPATH": os.pathsep.join([_FOLDER, *entries])}
