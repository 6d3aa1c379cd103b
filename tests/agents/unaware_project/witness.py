"""What the process that runs this knows: who it is, and whose work it does."""

from __future__ import annotations

import os
import sys


def testify() -> dict[str, object]:
    """Return it; only a test looks at the module of whose, which the program does not import."""
    whose = sys.modules.get("whose")
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "owner": whose and whose.attributes().get("code_owner"),
        "hosts": whose and whose.stats()["hosts"],
    }
