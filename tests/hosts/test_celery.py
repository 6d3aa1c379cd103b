"""Every flavour of task has its owner, whenever we are installed, and comes to the same end as without us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from celery import Celery, shared_task, signals

import whose
from tests.hosts.celery_flavours import FAILURES, FLAVOURS, Flavour
from tests.hosts.celery_runs import RULES, Outcome, fresh_app, outcome_of
from tests.hosts.celery_teams import blue, red
from whose.testing import RecordingSink, installed

ORDERS = ("before the app", "after the app", "after the tasks", "after finalization", "at worker_init", "twice")


@pytest.fixture(autouse=True)
def nothing_contained() -> Iterator[None]:
    before = whose.stats()["contained_errors"]
    yield
    assert whose.stats()["contained_errors"] == before


def run(flavour: Flavour, order: str) -> tuple[Outcome, RecordingSink | None]:
    """Return what a flavour comes to when we are installed at some point of the app's life; ``never`` is one too."""
    sink = None
    with ExitStack() as stack:

        def reach(stage: str) -> None:
            nonlocal sink
            if stage == order or (order == "twice" and stage in ("before the app", "after the tasks")):
                sink = stack.enter_context(installed(RULES))

        reach("before the app")
        app = stack.enter_context(fresh_app())
        reach("after the app")
        thing = flavour.declare(app)
        reach("after the tasks")
        if order != "after the tasks":
            app.finalize()
        reach("after finalization")
        if order == "at worker_init":
            sink = stack.enter_context(installed(RULES))
            signals.worker_init.send(sender=None)
        outcome = outcome_of(app, thing, flavour.arguments, way=flavour.way)
    return outcome, sink


_known: dict[str, Outcome] = {}


def without_us(flavour: Flavour) -> Outcome:
    if flavour.name not in _known:
        _known[flavour.name] = run(flavour, "never")[0]
    return _known[flavour.name]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_a_flavour_has_its_owner_and_its_own_end(flavour: Flavour, order: str) -> None:
    outcome, sink = run(flavour, order)
    assert sink is not None
    recorded = [one for one in sink.attributions if not one.work.name.startswith("celery.")]
    assert tuple(one.attributes.get("code_owner") for one in recorded) == flavour.owners
    assert outcome == without_us(flavour)


@pytest.mark.parametrize("flavour", FAILURES, ids=lambda flavour: flavour.name)
def test_a_failure_reads_the_same_with_us(flavour: Flavour) -> None:
    without = without_us(flavour)
    assert without.traceback, "this flavour is to fail"
    with_us, sink = run(flavour, "before the app")
    assert with_us == without
    assert sink is not None
    assert sink.attributions


def test_a_runaway_recursion_fails_as_without_us() -> None:
    """Only how often the repeated line is said to be repeated differs: our wrapper takes one frame of the stack."""
    deep = Flavour("recursion", lambda app: app.task(shared=False)(red.fails_deeply))

    def end(order: str) -> list[str]:
        outcome, _ = run(deep, order)
        lines = (outcome.traceback or "").splitlines()
        return [outcome.state, outcome.result, *(line for line in lines if "Previous line repeated" not in line)]

    assert end("never")[0] == "FAILURE"
    assert end("before the app") == end("never")


def test_nested_work_shows_while_it_runs_and_gives_the_outer_owner_back() -> None:
    seen: list[str | None] = []

    def look() -> None:
        attribution = whose.current()
        seen.append(attribution.team.name if attribution is not None and attribution.team is not None else None)

    look.__module__ = "tests.hosts.celery_teams.blue"
    with installed(RULES) as sink, fresh_app() as app:
        inner = app.task(shared=False)(look)

        def outer() -> None:
            look()
            inner()
            inner.apply()
            look()

        outer.__module__ = "tests.hosts.celery_teams.red"
        app.task(shared=False)(outer).apply()
        assert seen == ["red", "blue", "blue", "red"]
        assert [one.is_nested for one in sink.attributions] == [False, True, True]
        assert whose.current() is None


def test_each_of_two_apps_has_its_tasks_owned() -> None:
    with installed(RULES) as sink, fresh_app("one") as one, fresh_app("two") as two:
        first = one.task(name="same.name", shared=False)(red.add)
        second = two.task(name="same.name", shared=False)(blue.subtract)
        assert (first.apply((1, 2)).get(), second.apply((1, 2)).get()) == (3, -1)
        assert sink.owners == ["red", "blue"]


def test_a_shared_task_is_owned_in_every_app() -> None:
    with installed(RULES) as sink, fresh_app("one") as one, fresh_app("two") as two:
        shared_task(name="shared.everywhere")(red.add)
        for app in (one, two):
            app.tasks["shared.everywhere"].apply((1,))
        assert sink.owners == ["red", "red"]


@pytest.fixture
def app() -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


def test_instances_of_one_class_are_told_apart(app: Celery) -> None:
    with installed(RULES) as sink:
        tasks = [app.register_task(red.Named(name)) for name in ("red.first", "red.second")]
        assert [outcome_of(app, task, ()).result for task in tasks] == [
            "['called', 'I am red.first']",
            "['called', 'I am red.second']",
        ]
        assert {one.work.name for one in sink.attributions[:2]} == {"red.first"}
        assert {one.work.name for one in sink.attributions[2:]} == {"red.second"}


def test_a_child_task_is_not_taken_for_its_parent(app: Celery) -> None:
    """Both are tasks; the child's __call__ goes on to the parent's, which is wrapped too."""

    class Parent(red.Calling):
        name = "parent"
        abstract = False

        def run(self) -> str:
            return "run"

    class Child(Parent):
        name = "child"

        def __call__(self) -> object:
            return ["child", super().__call__()]

    Parent.__module__, Child.__module__ = red.__name__, blue.__name__
    with installed(RULES) as sink:
        app.register_task(Parent())
        child = app.register_task(Child())
        assert outcome_of(app, child, ()).result == "['child', ['called', 'run']]"
        assert {one.work.name for one in sink.attributions} == {"child"}
        assert set(sink.owners) == {"blue"}
