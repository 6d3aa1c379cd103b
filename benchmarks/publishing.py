"""What it adds to the sending of a Celery task to say who asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from types import FunctionType
from typing import Any

import whose
from benchmarks import projects
from benchmarks.measuring import Effort, Lap, Measured, added, in_fresh_processes, lap
from benchmarks.tables import Line, Row, Table

#: One call is long, and the next to compare it with should be close.
_RUNS = 1


class _Connection:
    _reraise_as_library_errors = nullcontext


class _Producer:
    """Takes a message as a connection to a broker does, and keeps only the last one's headers."""

    connection = _Connection()

    def __init__(self) -> None:
        self.headers: dict[str, object] = {}

    def publish(self, body: object, *, headers: dict[str, object], **_: object) -> None:
        self.headers = headers


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and return the table."""
    figures = in_fresh_processes(measure, effort)
    rows = [
        Row("apply_async in owned work", figures["inside"], figures["header"], Line(1.0)),
        Row("apply_async in owned work, beside other headers", figures["beside"], line=Line(1.0)),
        Row("apply_async outside of all work", figures["outside"], line=Line(1.0)),
        Row("control: bare beside bare", figures["control"]),
        Row("bare: apply_async, and a producer that drops it", figures["bare"]),
    ]
    yield Table("Sending a Celery task, added by the caller's header", "us", "any header", rows)


def measure(seconds: float) -> Measured:
    """Return the figures of one process, in microseconds.

    Raises:
        RuntimeError: the message does not carry the header, so that there is nothing to measure.

    """
    from celery import Celery
    from celery.app import amqp

    from whose.hosts.celery.origin import HEADER

    class Bare(amqp.AMQP):  # type: ignore[misc]
        # With the names that its module has before we patch one; and with code of its own, for the interpreter tunes
        # code to the names that it has met.
        as_task_v2 = FunctionType(
            amqp.AMQP.as_task_v2.__code__.replace(), dict(vars(amqp)), argdefs=amqp.AMQP.as_task_v2.__defaults__
        )

    producer = _Producer()
    bare, ours = (
        _sending(Celery("measured", broker="memory://", set_as_current=False, amqp=kind)) for kind in (Bare, amqp.AMQP)
    )
    whose.install({"sinks": [], "mappings": projects.mappings(1_000)})
    try:
        with whose.attributing(projects.MODULE):
            ours(producer=producer)
        if producer.headers.get(HEADER) != f"1;{projects.TEAM};{projects.TEAM}":
            raise RuntimeError(f"the message was sent with {producer.headers}")
        others = {"tenant": "1", "trace": "2"}
        sends = {
            "bare": partial(bare, producer=producer),
            "control": partial(bare, producer=producer),
            "header": partial(bare, producer=producer, headers={"any": f"1;{projects.TEAM};{projects.TEAM}"}),
            "inside": partial(ours, producer=producer),
            "bare others": partial(bare, producer=producer, headers=others),
            "others": partial(ours, producer=producer, headers=others),
        }
        laps = {name: _in_work(lap(send, runs=_RUNS)) for name, send in sends.items()}
        laps |= {"bare outside": lap(sends["bare"], runs=_RUNS), "outside": lap(sends["inside"], runs=_RUNS)}
        measured = added(laps, seconds=3 * seconds)
    finally:
        whose.uninstall()
    return measured | {
        "beside": measured["others"] - measured["bare others"],
        "outside": measured["outside"] - measured["bare outside"],
    }


def _sending(app: Any) -> Callable[..., object]:
    body = projects.module(projects.MODULE, "def task(): pass").task
    task = app.task(body, name="sales.task", ignore_result=True, shared=False, lazy=False)
    sending: Callable[..., object] = task.apply_async
    return sending


def _in_work(timed: Lap) -> Lap:
    def timed_in_work() -> float:
        with whose.attributing(projects.MODULE):
            return timed()

    return timed_in_work
