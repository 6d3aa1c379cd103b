"""The Celery application, which knows nothing of whose unless it is to be set up in code."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("shop", broker=os.environ["SIGNALS_REDIS"], backend=os.environ["SIGNALS_REDIS"])
# Celery takes handlers off the root logger otherwise, that of OpenTelemetry too.
app.conf.worker_hijack_root_logger = False
app.conf.include = ["red.tasks", "blue.tasks", "nobody.tasks"]

if "SIGNALS_IN_CODE" in os.environ:
    import whose

    whose.install()
