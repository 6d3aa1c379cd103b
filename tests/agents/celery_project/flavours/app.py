"""The first app, which most flavours run in; ``WHOSE_TEST_INSTALL`` says when ``whose`` is installed."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

from flavours import logs

INSTALL = os.environ.get("WHOSE_TEST_INSTALL")


def reach(stage: str) -> None:
    """Install at the stage of the app's life that the environment names."""
    if stage == INSTALL:
        import whose

        whose.install()


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # As a program does that counts things of its own.
    import prometheus_client  # noqa: F401

setup_logging.connect(logs.configure)
reach("before_app")

app = Celery("flavours", broker=os.environ["FLAVOURS_REDIS"], backend=os.environ["FLAVOURS_REDIS"], set_as_current=True)
app.conf.update(
    task_default_queue="first",
    result_expires=600,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={"tick": {"task": "green.scheduled.tick", "schedule": 0.5}},
)
reach("after_app")

import blue.closures  # noqa: E402
import blue.decorated  # noqa: E402
import blue.inherits  # noqa: E402
import blue.invoices  # noqa: E402
import blue.named  # noqa: E402
import blue.outcomes  # noqa: E402
import blue.partials  # noqa: E402
import blue.plain  # noqa: E402
import green.canvas  # noqa: E402
import green.models  # noqa: E402
import green.retries  # noqa: E402
import green.scheduled  # noqa: E402
import nobody.tasks  # noqa: E402
import red.alone  # noqa: E402
import red.lent_to_blue  # noqa: E402
import red.links  # noqa: E402
import red.nested  # noqa: E402
import red.plain  # noqa: E402
import red.replaced  # noqa: E402
import thirdparty_pkg.tasks  # noqa: E402
from flavours import instant, second  # noqa: E402

reach("after_tasks")
app.finalize()
reach("after_finalize")

import green.late  # noqa: E402

__all__ = ["app", "blue", "green", "instant", "nobody", "red", "second", "thirdparty_pkg"]
