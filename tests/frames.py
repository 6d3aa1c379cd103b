"""Where our own code stands, for tests that it is on no traceback; the clone itself is mostly called ``whose``."""

from __future__ import annotations

import os
from pathlib import Path

import whose

OUR_CODE = f"{Path(whose.__file__).parent}{os.sep}"
