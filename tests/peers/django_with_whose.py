"""Settings for Django's own tests: as in its test_sqlite.py, with whose installed when the program is set up."""

from __future__ import annotations

from test_sqlite import *  # type: ignore[import-not-found] # noqa: F403

import whose
from whose.bootstrap.watching import watch_imports

# As ``whose run`` does it: the middleware comes first in memory, for every test that does not set its own.
watch_imports()
whose.install({"default_owner": "tests", "sinks": ["logging"]})
