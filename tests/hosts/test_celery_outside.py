"""What fails outside a task's body is reported with the task's owner and a reason, by a real worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from billiard.einfo import ExceptionInfo
from billiard.exceptions import SoftTimeLimitExceeded, Terminated, TimeLimitExceeded, WorkerLostError
from celery import Celery, signals
from celery.contrib.testing.worker import start_worker
from celery.worker import state
from celery.worker.request import Request

import whose
from whose.testing import installed

RULES = {"mappings": {"blue": ["outside_blue"], "red": ["outside_red"]}, "sinks": ["logging"]}


class Reports(logging.Handler):
    """Keeps what Celery reports and who owns it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str | None, str | None]] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = vars(record)
        self.seen.append((record.getMessage(), fields.get("code_owner"), fields.get("code_owner_reason")))

    def about(self, *words: str) -> tuple[str | None, str | None]:
        """Return owner and reason of the report that has some words; it may take a while to come."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for message, owner, reason in list(self.seen):
                if all(piece in message for piece in words):
                    return owner, reason
            time.sleep(0.02)
        pytest.fail(f"nothing was reported about {words!r}: {self.seen}")


@pytest.fixture(scope="module")
def reports() -> Iterator[Reports]:
    handler = Reports()
    logger = logging.getLogger("celery")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield handler
    logger.setLevel(level)
    logger.removeHandler(handler)


@pytest.fixture(scope="module")
def app(reports: Reports) -> Iterator[Celery]:
    def leave(**_: object) -> None: ...

    signals.setup_logging.connect(leave)
    app = Celery("outside", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.task_default_queue = "outside"

    def fine() -> None: ...

    fine.__module__ = "outside_blue"
    app.task(name="a.fine", shared=False)(fine)

    def dispatch(job: str) -> None:
        logging.getLogger("celery.dispatch").info("dispatched %s", job)

    dispatch.__module__ = "outside_blue"
    app.task(name="a.dispatch", shared=False)(whose.owned_by_argument(lambda job: job)(dispatch))

    def of_red() -> None: ...

    of_red.__module__ = "outside_red"
    app.task(name="b.of_red", shared=False)(of_red)
    with installed(RULES):
        app.set_current()
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            yield app
    signals.setup_logging.disconnect(leave)


def send(app: Celery, name: str, **changed: Any) -> None:
    """Send a message as Celery would, but for some headers."""
    message = app.amqp.as_task_v2("some-id", name, (), {})
    message.headers.update(changed)
    with app.producer_pool.acquire(block=True) as producer:
        app.amqp.send_task_message(producer, name, message)


def test_a_revoked_task(app: Celery, reports: Reports) -> None:
    state.revoked.add("revoked-id")
    app.tasks["a.fine"].apply_async(task_id="revoked-id")
    assert reports.about("Discarding revoked task: a.fine[revoked-id]") == ("blue", "revoked")


@pytest.mark.parametrize("shadow", ["a nicer name", "b.of_red"])
def test_the_end_of_a_task_that_goes_by_another_name_is_of_the_task(app: Celery, reports: Reports, shadow: str) -> None:
    app.tasks["a.fine"].apply_async(shadow=shadow)
    assert reports.about(f"Task {shadow}[", "succeeded") == ("blue", None)


def test_what_celery_tells_of_a_dispatcher_leaves_the_choice_of_the_next_runs_owner_alone(
    app: Celery, reports: Reports
) -> None:
    for _ in range(2):
        reports.seen.clear()
        app.tasks["a.dispatch"].delay("outside_red")
        assert reports.about("dispatched") == ("red", None)
        assert reports.about("Task a.dispatch[", "succeeded") == ("blue", None)


def test_a_task_that_is_not_there_belongs_to_who_claims_its_name(app: Celery, reports: Reports) -> None:
    app.send_task("outside_red.gone")
    assert reports.about("Received unregistered task of type 'outside_red.gone'") == ("red", "unknown_task")


def test_a_message_that_cannot_be_decoded(app: Celery, reports: Reports) -> None:
    app.send_task("a.fine", serializer="pickle")
    assert reports.about("Refusing to deserialize") == ("blue", "undecodable_message")


def test_a_message_that_is_garbled(app: Celery, reports: Reports) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        headers = app.amqp.as_task_v2("some-id", "a.fine", (), {}).headers
        producer.publish(
            b"{{{", content_type="application/json", content_encoding="utf-8", routing_key="outside", headers=headers
        )
    assert reports.about("Can't decode message body") == ("blue", "undecodable_message")


def test_a_message_that_makes_no_sense(app: Celery, reports: Reports) -> None:
    send(app, "a.fine", eta="some day")
    assert reports.about("invalid ETA value 'some day'") == ("blue", "invalid_message")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeLimitExceeded(7), "time_limit"),
        (SoftTimeLimitExceeded(7), "time_limit"),
        (WorkerLostError("signal 9"), "lost_worker"),
    ],
)
def test_a_task_whose_process_is_ended(app: Celery, reports: Reports, error: Exception, reason: str) -> None:
    reports.seen.clear()
    request = request_of(app)
    try:
        raise error
    except Exception:
        request.on_failure(ExceptionInfo())
    assert {(owner, why) for _, owner, why in reports.seen} == {("blue", reason)}


def test_a_task_that_is_terminated_tells_so_by_the_signal_alone(app: Celery) -> None:
    seen: list[Any] = []

    def receive(**_: object) -> None:
        seen.append(whose.current())

    signals.task_revoked.connect(receive)
    try:
        raise Terminated(15)
    except Terminated:
        request_of(app).on_failure(ExceptionInfo())
    finally:
        signals.task_revoked.disconnect(receive)
    (attribution,) = seen
    assert attribution.attributes["code_owner"] == "blue"
    assert attribution.attributes["code_owner_reason"] == "terminated"


@pytest.mark.parametrize("is_soft", [True, False])
def test_a_task_that_takes_too_long(app: Celery, reports: Reports, is_soft: bool) -> None:
    reports.seen.clear()
    request_of(app).on_timeout(is_soft, 7)
    ((message, owner, reason),) = reports.seen
    assert "time limit (7s) exceeded for a.fine" in message
    assert (owner, reason) == ("blue", "time_limit")


def request_of(app: Celery) -> Request:
    """Return what a pool's parent process keeps of a task that a child runs."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("kept")
        message = app.amqp.as_task_v2("kept-id", "a.fine", (), {})
        queue.put(message.body, headers=message.headers, **message.properties)
        received = queue.get(timeout=10)
        queue.close()
    return Request(received, app=app, task=app.tasks["a.fine"], hostname="here")
