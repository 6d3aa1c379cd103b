"""How long tasks waited in their queue, by what their senders say of it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from celery import Celery
from celery.app.trace import build_tracer
from celery.contrib.testing.worker import start_worker
from celery.signals import before_task_publish, setup_logging
from prometheus_client import CollectorRegistry

from tests.hosts.celery_runs import fresh_app
from whose.hosts.celery.origin import SENT_HEADER
from whose.sinks.prometheus import PrometheusSink
from whose.testing import installed

RULES = {"mappings": {"red": ["queued_red"]}, "costs": ["queue"]}


def nap() -> None: ...


nap.__module__ = "queued_red"


@pytest.fixture(scope="module", autouse=True)
def logging_left_alone() -> Iterator[None]:
    """Keep the workers of this module from setting up the logging of all later tests, as a worker does."""

    def leave(**_: object) -> None: ...

    setup_logging.connect(leave)
    yield
    setup_logging.disconnect(leave)


def test_the_wait_in_the_queue_is_measured_from_sending_or_the_eta() -> None:
    registry = CollectorRegistry()
    with installed({**RULES, "sinks": [PrometheusSink(registry)]}) as sink:
        app = Celery("queued", broker="memory://", backend="cache+memory://", set_as_current=False)
        app.conf.task_default_queue = "queued"
        task = app.task(name="red.nap")(nap)
        task.delay()
        task.apply_async(countdown=0.3)
        time.sleep(0.2)
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            deadline = time.monotonic() + 20
            while len(sink.costs) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
        counted = registry.get_sample_value("whose_queue_seconds_sum", {"kind": "task", "code_owner": "red"})
    first, second = (costs.queue_seconds for _, costs in sink.costs)
    assert first is not None
    assert second is not None
    assert first >= 0.2
    assert second < first
    assert counted == pytest.approx(first + second)
    assert sink.costs[0][1].attributes == {"code_owner_queue_seconds": first}


@pytest.mark.parametrize("costs", [[], ["wall"], ["wall", "queue"]])
def test_metrics_tell_the_wait_whatever_costs_are_kept_and_other_sinks_where_they_ask_for_it(costs: list[str]) -> None:
    registry = CollectorRegistry()
    with installed({**RULES, "costs": costs, "sinks": [PrometheusSink(registry)]}) as sink, fresh_app() as app:
        task = app.task(name="red.waited")(nap)
        request = {"id": "1", "delivery_info": {"routing_key": "queued"}, "is_eager": False}
        build_tracer(task.name, task, app=app)("1", (), {}, {**request, SENT_HEADER: time.time() - 60})
        labels = {"kind": "task", "code_owner": "red"}
        assert registry.get_sample_value("whose_work_seconds_count", labels) == 1
        assert registry.get_sample_value("whose_queue_seconds_count", labels) == 1
        assert registry.get_sample_value("whose_queue_seconds_sum", labels) == pytest.approx(60, abs=5)
    told = [costs.queue_seconds is not None for _, costs in sink.costs]
    assert told == ([] if not costs else ["queue" in costs])


@pytest.mark.parametrize("has_metrics", [True, False])
def test_the_time_is_sent_where_somebody_wants_to_know_the_wait(has_metrics: bool) -> None:
    sinks = [PrometheusSink(CollectorRegistry())] if has_metrics else []
    with installed({**RULES, "costs": ["wall"], "sinks": sinks}), fresh_app() as app:
        headers = app.amqp.as_task_v2("1", "red.any", (), {}).headers
        before_task_publish.send(sender="red.any", headers=headers)
    assert (SENT_HEADER in headers) is has_metrics


@pytest.mark.parametrize(
    "sent",
    ["soon", None, True, float("nan"), float("inf"), float("-inf"), -1e300, pytest.param(10**400, id="huge"), [1.0]],
)
def test_a_sender_that_tells_no_time_is_timed_all_the_same_and_says_nothing_of_the_wait(sent: object) -> None:
    with installed(RULES) as sink, fresh_app() as app:
        task = app.task(name="red.told_nonsense")(nap)
        request = {"id": "1", "delivery_info": {"routing_key": "queued"}, "is_eager": False, SENT_HEADER: sent}
        build_tracer(task.name, task, app=app)("1", (), {}, request)
    ((_, costs),) = sink.costs
    assert costs.queue_seconds is None
    assert costs.seconds > 0
