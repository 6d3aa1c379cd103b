"""Send each task once and wait for it."""

from __future__ import annotations

from blue.tasks import lose
from nobody.tasks import sweep
from red.tasks import restock

sent = [task.delay() for task in (restock, lose, sweep)]
for result in sent:
    result.get(timeout=60, propagate=False)
