"""Run the Celery project once: two workers, beat, and the driver that sends every flavour."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Literal

from tests.agents.launchers.agents import Agent
from tests.agents.launchers.outcome import Run, load_records
from tests.agents.launchers.processes import Started, inherited_environment, run
from tests.agents.launchers.redis import RedisServer

Pool = Literal["prefork", "threads", "solo", "gevent", "eventlet"]
Install = Literal["before_app", "after_app", "after_tasks", "after_finalize", "never"]
PROJECT = Path(__file__).parents[1] / "celery_project"
SECONDS_TO_LOG = 10


def run_flavours(
    agent: Agent, *, pool: Pool, directory: Path, install: Install = "before_app", awaited: tuple[str, ...] = ()
) -> Run:
    """Return what leaves the processes when every flavour runs once.

    ``awaited`` are pieces of log messages that must have been written before the workers are told to end.
    """
    log = directory / "flavours.jsonl"
    log.touch()
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(directory))
        environment = _environment(redis.url, programs=agent.programs, log=log, install=install)
        workers = [
            stack.enter_context(
                Started(
                    agent.command("celery", _worker(name, app, pool=pool)),
                    log=directory / f"{name}.log",
                    environment=environment | agent.environment,
                    cwd=PROJECT,
                    is_ready=partial(_is_ready, log, name),
                )
            )
            for name, app in (("first", "flavours.app"), ("second", "flavours.second_worker"))
        ]
        beat = [
            str(agent.programs / "celery"),
            "-A",
            "flavours.app",
            "beat",
            "-s",
            str(directory / "beat"),
            "--pidfile=",
        ]
        scheduler = stack.enter_context(
            Started(
                beat,
                log=directory / "beat.log",
                environment=environment,
                cwd=PROJECT,
                is_ready=lambda: "beat: Starting..." in log.read_text(),
                # Its handler of SIGTERM closes the schedule under a tick that is running, which then fails.
                statuses=(0, 1),
            )
        )
        for started in (*workers, scheduler):
            started.await_ready()
        run(
            agent.command("celery", [str(PROJECT / "drive.py"), pool]),
            log=directory / "drive.log",
            environment=environment | agent.environment,
            cwd=PROJECT,
        )
        _await_messages(log, awaited)
        agent.await_batches()
        for worker in workers:
            worker.ask_to_end()
    return Run(sent=agent.sent(), records=load_records(log))


def _worker(name: str, app: str, *, pool: Pool) -> list[str]:
    concurrency = "2" if pool == "prefork" else "4"
    chatter = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return ["celery", "-A", app, "worker", "-P", pool, "-c", concurrency, "-Q", name, "-n", f"{name}@%h", *chatter]


def _environment(redis_url: str, *, programs: Path, log: Path, install: Install) -> dict[str, str]:
    return inherited_environment() | {
        "FLAVOURS_REDIS": redis_url,
        "FLAVOURS_LOG": str(log),
        "PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "site-packages"))),
        "PATH": os.pathsep.join((str(programs), os.environ.get("PATH", ""))),
        **({} if install == "never" else {"WHOSE_TEST_INSTALL": install}),
    }


def _is_ready(log: Path, worker: str) -> bool:
    return any(
        str(record["message"]).startswith(f"{worker}@") and str(record["message"]).endswith(" ready.")
        for record in load_records(log)
    )


def _await_messages(log: Path, awaited: tuple[str, ...]) -> None:
    # A message that never comes is for the judgement to report: it knows what else the run has left.
    end = time.monotonic() + SECONDS_TO_LOG
    while time.monotonic() < end:
        text = log.read_text(errors="replace")
        if all(piece in text for piece in awaited):
            return
        time.sleep(0.05)
