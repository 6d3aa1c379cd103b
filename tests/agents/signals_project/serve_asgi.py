"""Serve the site with uvicorn: ``serve_asgi.py PORT``."""

from __future__ import annotations

import signal
import sys

import uvicorn

if __name__ == "__main__":
    # uvicorn raises the signal again when it has shut down; the default would skip the interpreter's exit, at which
    # agents send what they still hold.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run("site_asgi:application", host="127.0.0.1", port=int(sys.argv[1]))
