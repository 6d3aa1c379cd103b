"""Tasks that come into being late, by whatever door, are owned before they first run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, Task, shared_task, signals
from celery.contrib.testing.worker import start_worker
from celery.exceptions import DuplicateTaskNameWarning

import whose
from tests.hosts.celery_runs import RULES, fresh_app
from tests.hosts.celery_teams import blue, red
from whose.testing import RecordingSink, installed


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    before = whose.stats()["contained_errors"]
    with installed(RULES) as sink:
        yield sink
    assert whose.stats()["contained_errors"] == before


@pytest.fixture
def app(sink: RecordingSink) -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


def invoice(name: str = "invoice", **attributes: Any) -> type[Task]:
    """Return a new class, since Celery binds a class to the first app that it meets."""
    return type("Invoice", (Task,), {"name": name, "run": bill, "__module__": red.__name__, **attributes})


def bill(self: Any, number: int) -> str:
    return f"{self.name} {number}"


def registered_by_hand(app: Celery) -> Any:
    app.tasks.register(invoice()())
    return app.tasks["invoice"]


def registered_as_class(app: Celery) -> Any:
    app.tasks.register(invoice())
    return app.tasks["invoice"]


def set_by_name(app: Celery) -> Any:
    app.tasks["invoice"] = invoice()()
    return app.tasks["invoice"]


def registered_with_retries(app: Celery) -> Any:
    app.tasks.register(invoice(autoretry_for=(ValueError,))())
    return app.tasks["invoice"]


def declared(app: Celery) -> Any:
    return app.task(shared=False)(red.add)


def declared_with_retries(app: Celery) -> Any:
    return app.task(shared=False, autoretry_for=(ValueError,))(red.add)


def shared(app: Celery) -> Any:
    return shared_task(name="late.shared")(red.add)


DOORS: tuple[Callable[[Celery], Any], ...] = (
    lambda app: app.register_task(invoice()()),
    lambda app: app.register_task(invoice()),
    registered_by_hand,
    registered_as_class,
    registered_with_retries,
    set_by_name,
    declared,
    declared_with_retries,
    shared,
)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_finalized", [False, True], ids=["before finalization", "after finalization"])
def test_a_task_by_any_door_is_owned(
    app: Celery, sink: RecordingSink, door: Callable[[Celery], Any], is_finalized: bool
) -> None:
    if is_finalized:
        app.finalize()
    task = door(app)
    assert task.apply((1,)).state == "SUCCESS"
    task(1)
    assert sink.owners == ["red", "red"]


def test_a_task_that_is_registered_twice_is_wrapped_once(app: Celery, sink: RecordingSink) -> None:
    task = invoice()()
    for _ in range(2):
        app.register_task(task)
        app.tasks.register(task)
    app.finalize()
    task.apply((1,))
    assert sink.owners == ["red"]


def test_a_replaced_task_is_owned_by_who_wrote_the_new_one(app: Celery, sink: RecordingSink) -> None:
    app.register_task(invoice()())
    with pytest.warns(DuplicateTaskNameWarning):
        app.register_task(invoice(__module__=blue.__name__)())
    app.tasks["invoice"].apply((1,))
    assert sink.owners == ["blue"]


def test_a_task_of_another_app_is_wrapped_once(app: Celery, sink: RecordingSink) -> None:
    task = app.task(shared=False)(red.add)
    with fresh_app("other") as other:
        other.tasks[task.name] = task
        other.tasks[task.name].apply((1,))
    assert sink.owners == ["red"]


def test_a_proxy_in_a_registry_is_not_evaluated_for_us(app: Celery, sink: RecordingSink) -> None:
    promise = app.task(shared=False)(red.add)
    with fresh_app("other") as other:
        other._tasks["by another name"] = promise
        assert not promise.__evaluated__()
        assert promise(1) == 3
    assert sink.owners == ["red"]


def test_a_promised_task_that_was_declared_before_us_is_owned_when_it_is_made() -> None:
    with fresh_app() as app:
        promise = app.task(shared=False)(red.add)
        with installed(RULES) as sink:
            assert not promise.__evaluated__()
            assert promise(1) == 3
            assert not app.finalized
        assert sink.owners == ["red"]


def test_a_task_made_before_us_and_before_finalization_is_owned() -> None:
    with fresh_app() as app:
        promise = app.task(shared=False)(red.add)
        assert promise.name
        with installed(RULES) as sink:
            assert promise(1) == 3
        assert sink.owners == ["red"]


def test_an_app_that_finalizes_by_itself_late_is_covered() -> None:
    with fresh_app() as app:
        app.task(name="declared")(red.add)
        with installed(RULES) as sink:
            assert not app.finalized
            app.tasks["declared"].apply((1,))
        assert sink.owners == ["red"]


@pytest.fixture
def logging_left_alone() -> Iterator[None]:
    """Keep a worker from setting up the logging of all later tests."""

    def leave(**_: object) -> None: ...

    signals.setup_logging.connect(leave)
    yield
    signals.setup_logging.disconnect(leave)


@pytest.mark.usefixtures("logging_left_alone")
def test_a_real_worker_owns_tasks_of_every_door(app: Celery, sink: RecordingSink) -> None:
    by_hand = registered_by_hand(app)
    # What is registered by hand must be bound by its user, or no worker starts, with or without us.
    by_hand.bind(app)
    tasks = [by_hand, declared(app), app.register_task(invoice("statement", __module__=blue.__name__)())]
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        results = [task.delay(1) for task in tasks]
        assert [result.get(timeout=20) for result in results] == ["invoice 1", 3, "statement 1"]
    assert sink.owners == ["red", "red", "blue"]


def test_who_forgets_an_app_is_not_kept_from_it(sink: RecordingSink) -> None:
    """The wrappers live as long as the tasks, and do not keep them alive."""
    import gc
    import weakref

    with fresh_app() as app:
        task = app.register_task(invoice()())
        alive = weakref.ref(task)
        task.apply((1,))
        app.tasks.clear()
        sink.clear()
    del app, task
    gc.collect()
    assert alive() is None
