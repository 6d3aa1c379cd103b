"""After uninstall everything is as it was: the very same objects, everywhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from celery import Celery, _state, signals
from celery.app import amqp
from celery.utils.dispatch import Signal

import whose
from tests.hosts.celery_runs import RULES, fresh_app, outcome_of
from tests.hosts.celery_teams import blue, red
from whose.hosts.celery.origin import HEADER
from whose.testing import RecordingSink, installed

WATCHED = ("celery", "kombu", "billiard", "threading", "concurrent", "logging", "django", "newrelic", "opentelemetry")


@pytest.fixture
def app() -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


def attributes_of_all_classes() -> dict[str, object]:
    """Return every attribute of every class and module that we could have replaced."""
    found: dict[str, object] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in WATCHED:
            continue
        for attribute, value in list(vars(module).items()):
            found[f"{name}.{attribute}"] = value
            if issubclass(type(value), type):
                found |= {f"{name}.{attribute}.{own}": inner for own, inner in vars(value).items()}
    return found


def receivers() -> dict[str, list[Any]]:
    return {
        name: [receiver for _, receiver in signal.receivers or ()]
        for name, signal in vars(signals).items()
        if isinstance(signal, Signal)
    }


def differences(before: dict[str, object], after: dict[str, object]) -> list[str]:
    return [name for name in before.keys() | after.keys() if before.get(name) is not after.get(name)]


def watch_worker() -> None:
    """Have the host replace what it replaces only in a worker and in beat."""
    signals.worker_init.send(sender=None)
    signals.beat_init.send(sender=None)


def test_everything_in_the_process_is_as_it_was(app: Celery) -> None:
    import celery.beat
    import celery.worker.consumer
    import celery.worker.request

    assert celery.beat, "imported before the comparison, for what the host would import"
    tasks = [
        app.task(shared=False)(red.add),
        app.task(shared=False, bind=True, base=red.Calling)(red.say),
        app.task(shared=False, autoretry_for=(ValueError,), name="retried")(red.add),
        app.register_task(blue.Statement()),
        app.register_task(red.Named("red.first")),
    ]
    app.finalize()
    with installed(RULES):
        watch_worker()

    def everything() -> dict[str, object]:
        found = attributes_of_all_classes()
        for number, task in enumerate(tasks):
            task = app.tasks[task.name]
            found |= {f"task {number}.{name}": value for name, value in vars(task).items()}
            for kind in type(task).__mro__:
                found |= {f"task {number}, class {kind.__name__}.{name}": value for name, value in vars(kind).items()}
        return found

    everything()  # looking at Celery's proxies imports what they stand for
    before, listening, factory = everything(), receivers(), logging.getLogRecordFactory()
    finalizers, after_finalize = set(_state._on_app_finalizers), list(app.on_after_finalize.receivers or ())
    with installed({**RULES, "sinks": ["logging"]}):
        watch_worker()
        assert differences(before, everything()), "something is replaced, or this proves nothing"
    assert differences(before, everything()) == []
    assert receivers() == listening
    assert logging.getLogRecordFactory() is factory
    assert set(_state._on_app_finalizers) == finalizers
    assert list(app.on_after_finalize.receivers or ()) == after_finalize


def test_a_promise_that_is_still_open_is_left_as_it_was(app: Celery) -> None:
    promise = app.task(shared=False)(red.add)
    for _ in range(2):
        with installed(RULES):
            assert len(object.__getattribute__(promise, "__pending__")) == 1
    assert len(object.__getattribute__(promise, "__pending__")) == 0
    assert not promise.__evaluated__()


def test_a_tracer_that_was_built_before_uninstall_attributes_nothing_more(app: Celery) -> None:
    """Workers keep the tracers that they built."""
    from celery.app.trace import build_tracer

    task = app.task(shared=False)(red.add)
    with installed(RULES) as sink:
        tracer = build_tracer(task.name, app.tasks[task.name], app=app, eager=True)
        tracer("1", (1,), {}, {"is_eager": True})
    assert tracer("2", (1,), {}, {"is_eager": True}).retval == 3
    assert sink.owners == ["red"]


def wrapped_as_sentry_does(task: Any) -> Callable[..., Any]:
    """Wrap ``run`` once more, as Sentry's integration does when a tracer is built."""
    run = task.run

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return ["theirs", run(*args, **kwargs)]

    task.run = wrapper
    return wrapper


def test_a_wrapper_around_ours_stays(app: Celery) -> None:
    task = app.register_task(red.Invoice())
    with installed(RULES) as sink:
        theirs = wrapped_as_sentry_does(task)
        assert task.apply((1,)).result == ["theirs", "1 of 1"]
    assert task.run is theirs
    assert outcome_of(app, task, (1,)).result == "['theirs', '1 of 1']"
    assert sink.owners == ["red"]


def test_a_wrapper_between_two_installs_does_not_tell_old_owners(app: Celery) -> None:
    task = app.register_task(red.Invoice())
    with installed(RULES):
        wrapped_as_sentry_does(task)
    with installed({"mappings": {"green": ["tests.hosts.celery_teams.red"]}}) as sink:
        task.apply((1,))
    assert sink.owners == ["green"]


def test_a_patch_on_top_of_ours_stays_and_sends_no_header(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    task = app.register_task(red.Invoice())
    before = amqp.task_message
    with installed(RULES):
        ours = amqp.task_message
        assert ours is not before

        def theirs(headers: Any, properties: Any, body: Any, sent_event: Any) -> Any:
            message = ours(headers, properties, body, sent_event)
            sent.append(message.headers)
            return message

        monkeypatch.setattr(amqp, "task_message", theirs)
    assert amqp.task_message is theirs
    with whose.attributing("tests.hosts.celery_teams.red"):
        task.delay(1)
    assert HEADER not in sent[0]


def test_a_message_is_still_what_celery_makes(app: Celery) -> None:
    before = amqp.task_message
    task = app.register_task(red.Invoice())
    with installed(RULES), whose.attributing("tests.hosts.celery_teams.red"):
        message = app.amqp.as_task_v2("1", task.name, (1,), {})
        assert isinstance(message, before)
        assert isinstance(message, amqp.task_message)
        assert type(message).__name__ == before.__name__
        assert type(message).__module__ == before.__module__
        assert message._fields == before._fields
        assert message._replace(sent_event=None)[:3] == message[:3]
        assert message.headers[HEADER] == "1;red;red"
    assert amqp.task_message is before


def test_a_new_configuration_takes_the_place_of_the_old_one(app: Celery) -> None:
    task = app.task(shared=False)(red.add)
    app.finalize()
    one, two = RecordingSink(), RecordingSink()
    try:
        whose.install({**RULES, "sinks": [one]})
        whose.install({"mappings": {"green": ["tests"]}, "sinks": [two]})
        task.apply((1,))
    finally:
        whose.uninstall()
    assert (one.owners, two.owners) == ([], ["green"])
    assert isinstance(app.tasks[task.name].run, FunctionType)
    assert app.tasks[task.name].run is red.add
