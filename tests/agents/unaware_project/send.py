"""Send one task of those that are named, wait for it, and print what it returned; ``send.py paint 2``."""

from __future__ import annotations

import json
import sys

from red import tasks

name, *arguments = sys.argv[1:]
sent = getattr(tasks, name).delay(*map(float, arguments))
print("sent", flush=True)
print(json.dumps(sent.get(timeout=60, propagate=False), default=repr))
