"""One run of the demo, from the first process to the verdict."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whose.demo.broker import Broker, start_redis
from whose.demo.expected import load_expected
from whose.demo.failure import DemoFailed
from whose.demo.interruption import Interruption
from whose.demo.processes import Processes
from whose.demo.receiver import Receiver
from whose.demo.shop import Shop, ShopPlan, listen
from whose.demo.shop_files import Project, copy_project, find_project
from whose.demo.spans import Span
from whose.demo.summary import Summary, summed_up
from whose.demo.traffic import Traffic
from whose.demo.verdict import Verdict, judge, unrun_messages

#: Requests a second: what two cores can serve with tasks, tracing and this very process beside.
PACE = 45.0
#: Seconds without any news before the shop counts as quiet; five times as long as spans wait before they leave.
QUIET = 1.0
#: Seconds after the last request in which the queue must have been worked off.
PATIENCE = 25.0
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody may choose."""

    seconds: float = 10.0
    #: URL of a broker; None for a Redis of the demo's own.
    broker: str | None = None
    #: Port of the site; 0 for any that is free.
    port: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run brought to light."""

    verdict: Verdict
    summary: Summary
    #: Seconds from the first process to the last one's end.
    seconds: float
    #: Versions of what ran, by name.
    versions: Mapping[str, str]
    #: Teams in the order of the shop's list.
    teams: tuple[str, ...]


class Progress(Protocol):
    """What wants to know how far a run is."""

    def step(self, what: str) -> None:
        """Be told what begins now; what was told before is done."""
        ...

    def news(self, spans: Sequence[Span], *, detail: str, done: float) -> None:
        """Be told several times a second how far the step is, from 0 to 1."""
        ...


def run_demo(options: Options, *, interruption: Interruption, progress: Progress) -> Outcome:
    """Run the shop, send traffic, end everything, and return the outcome.

    Raises:
        DemoFailed: something could not be started, or did not last; everything has been ended then as well.

    """
    if os.name != "posix":
        raise DemoFailed("the demo needs Linux or macOS: its worker forks", mend="run it in WSL or a container")
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="whose-demo-"))
    processes = Processes(interruption)
    broker: Broker | None = None
    try:
        project = copy_project(find_project(), folder / "project")
        expected = load_expected(project.expected)
        with listen(options.port) as listener, Receiver() as receiver:
            progress.step("starting a broker" if options.broker is None else "asking the broker")
            broker = (
                start_redis(processes, folder=folder)
                if options.broker is None
                else Broker(options.broker, folder=folder)
            )
            broker.check()
            plan = ShopPlan(project, broker=broker, endpoint=receiver.endpoint, folder=folder)
            progress.step("filling the shop's database")
            plan.fill_database(processes)
            progress.step("opening the shop: gunicorn with 2 threads, Celery with 2 processes")
            shop = plan.open(processes, listener=listener)
            traffic = _traffic(project, shop, options)
            _send(traffic, shop, receiver, progress, seconds=options.seconds)
            _drain(broker, shop, receiver, progress)
            progress.step("closing the shop")
            processes.end(shop.site, shop.worker)
            spans = receiver.spans()
    finally:
        interruption.shield()
        processes.end_all()
        if broker is not None and options.broker is not None:
            broker.forget()
        shutil.rmtree(folder, ignore_errors=True)
    progress.step("comparing with the shop's own list")
    verdict = judge(spans, expected, answered=traffic.answered, surprises=traffic.surprises)
    return Outcome(
        verdict,
        summed_up(spans, teams=project.teams),
        seconds=time.monotonic() - began,
        versions=_versions(),
        teams=project.teams,
    )


def _traffic(project: Project, shop: Shop, options: Options) -> Traffic:
    return Traffic(project.requests_for, port=shop.port, seconds=options.seconds, pace=PACE)


def _send(traffic: Traffic, shop: Shop, receiver: Receiver, progress: Progress, *, seconds: float) -> None:
    progress.step(f"sending customers for {seconds:.0f} s")
    began = time.monotonic()
    traffic.start()
    try:
        while not traffic.is_over:
            shop.check()
            done = min(1.0, (time.monotonic() - began) / max(seconds, _TICK))
            progress.news(receiver.spans(), detail=f"{traffic.answered:,} requests answered", done=done)
            time.sleep(_TICK)
    finally:
        traffic.stop()


def _drain(broker: Broker, shop: Shop, receiver: Receiver, progress: Progress) -> None:
    """Return when every message that was sent has been run and nothing new has come for a while."""
    progress.step("waiting for the queue to empty")
    began = quiet_since = time.monotonic()
    known = most = 0
    while time.monotonic() - quiet_since < QUIET:
        shop.check()
        spans = receiver.spans()
        unrun = unrun_messages(spans)
        waiting = max(unrun.total(), broker.waiting())
        if waiting or len(spans) != known:
            quiet_since, known = time.monotonic(), len(spans)
        if time.monotonic() - began > PATIENCE:
            names = ", ".join(unrun) or "unnamed tasks"
            raise shop.worker.failed(f"left {waiting} message(s) unrun for {PATIENCE:.0f} s: {names}")
        most = max(most, waiting)
        progress.news(spans, detail=f"{waiting:,} messages to go", done=1 - waiting / most if most else 1.0)
        time.sleep(_TICK)


def _versions() -> dict[str, str]:
    names = ("whose", "Django", "gunicorn", "celery", "opentelemetry-sdk")
    versions = {}
    for name in names:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions
