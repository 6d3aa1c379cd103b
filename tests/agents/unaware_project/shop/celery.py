"""The Celery application."""

from __future__ import annotations

import os

from shop import agents

agents.start("before", framework="celery")

from celery import Celery  # noqa: E402

app = Celery("shop", broker=os.environ["SHOP_REDIS"], backend=os.environ["SHOP_REDIS"], include=["red.tasks"])
app.conf.worker_hijack_root_logger = False

agents.start("after", framework="celery")
