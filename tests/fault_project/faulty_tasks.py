"""Tasks whose outcome their arguments decide, whatever happens to the worker that runs them."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import redis
from celery import Celery

URL = os.environ["FAULTY_BROKER"]
app = Celery("faulty", broker=URL, backend=URL)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    result_backend_always_retry=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 6},
)


@app.task(name="double")
def double(number: int) -> int:
    return 2 * number


@app.task(name="nests")
def nests(number: int) -> int:
    return int(double(number)) + 1


@app.task(name="fails")
def fails(number: int) -> None:
    raise ValueError(f"no {number}")


@app.task(name="retries", bind=True, max_retries=5)
def retries(self: Any, number: int) -> int:
    if self.request.retries < 2:
        raise self.retry(countdown=0, exc=KeyError(number))
    return number


@app.task(name="dies_once")
def dies_once(number: int) -> int:
    if redis.Redis.from_url(URL).set(f"died:{number}", 1, nx=True):
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@app.task(name="slow")
def slow(number: int) -> int:
    time.sleep(3)
    return number


if os.environ.get("FAULTY_WHOSE"):
    from celery import current_task

    import whose

    class Ledger:
        """Notes which run of which task had which owner, in a file a process."""

        def record(self, attribution: whose.Attribution) -> None:
            if not attribution.is_nested:
                owner = attribution.attributes.get("code_owner", "nobody")
                with open(f"{os.environ['FAULTY_WHOSE']}/{os.getpid()}.txt", "a") as ledger:
                    ledger.write(f"{current_task.request.id} {owner}\n")

    whose.install({"mappings": {"team-red": ["faulty_tasks"]}, "sinks": [Ledger()]})
