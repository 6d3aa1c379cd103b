"""Has property-based tests try the same examples everywhere, and new ones where they are asked to explore."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("exploring", derandomize=False)
settings.load_profile(os.environ.get("WHOSE_EXAMPLES", "repeatable"))
