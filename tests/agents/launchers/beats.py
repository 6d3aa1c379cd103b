"""Run beats over one worker, each an hour behind its schedule, so that every entry is due as they start."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.agents.launchers.processes import Started, inherited_environment, run
from tests.agents.launchers.redis import RedisServer

SECONDS_TO_ARRIVE = 60
_CHATTER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-P", "solo", "-l", "info")
FALLING_BEHIND = """
import datetime
from {app} import app, Scheduler

scheduler = Scheduler(app=app, schedule_filename="schedule/entries")
for entry in scheduler.schedule.values():
    entry.last_run_at -= datetime.timedelta(hours=1)
scheduler.close()
"""


def run_beats(
    app: str,
    *,
    project: Path,
    beats: Mapping[str, Mapping[str, str]],
    environment: Mapping[str, str],
    programs: Path,
    has_arrived: Callable[[], bool],
) -> None:
    """Start a beat for each name, with the environment given for it, and a worker, until all has arrived.

    ``app`` is a module of the project with the ``app`` and a class ``Scheduler`` that keeps its entries in a file; it
    finds the broker's URL as ``BROKER``. What has not arrived in time is for the caller to tell.
    """
    celery = str(programs / "celery")
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(project))
        settings = inherited_environment() | {"BROKER": redis.url, "PYTHONPATH": str(project), **environment}
        (project / "schedule").mkdir()
        run(
            [str(programs / "python"), "-c", FALLING_BEHIND.format(app=app)],
            log=project / "behind.log",
            environment=settings,
            cwd=project,
        )
        started = [
            stack.enter_context(
                Started(
                    [celery, "-A", app, "worker", *_CHATTER],
                    log=project / "worker.log",
                    environment=settings,
                    cwd=project,
                )
            )
        ]
        for name, more in beats.items():
            schedule = project / f"schedule of {name}"
            shutil.copytree(project / "schedule", schedule)
            command = [celery, "-A", app, "beat", "-S", f"{app}:Scheduler", "-s", str(schedule / "entries")]
            started.append(
                stack.enter_context(
                    Started(
                        [*command, "--pidfile="],
                        log=project / f"{name}.log",
                        environment=settings | dict(more),
                        cwd=project,
                        # Its handler of SIGTERM closes the schedule under a tick that is running, which then fails.
                        statuses=(0, 1),
                    )
                )
            )
        end = time.monotonic() + SECONDS_TO_ARRIVE
        while not has_arrived() and time.monotonic() < end:
            time.sleep(0.05)
        for process in started:
            process.ask_to_end()
