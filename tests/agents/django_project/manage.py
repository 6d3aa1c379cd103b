"""Django's command line for the site."""

from __future__ import annotations

import os
import signal
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_config.settings")
    # Agents send what they still hold at the interpreter's exit, which the signal's default would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    execute_from_command_line(sys.argv)
