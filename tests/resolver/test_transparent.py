"""Shared code never owns what passes through it: not the work that enters through it, and not its errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, Task

import whose
from whose.testing import RecordingSink, installed

RULES = {
    "mappings": {"red": ["transparent_red"], "blue": ["transparent_blue"], "platform": [__name__, "shared"]},
    "transparent": ["shared.lib"],
}


@pytest.fixture(autouse=True)
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recording:
        yield recording


def of(team: str) -> Any:
    """Return a function, new each time, that says who owns the work that runs it."""

    def body(*_: object) -> str | None:
        return whose.attributes().get("code_owner")

    body.__module__ = f"transparent_{team}"
    return body


def politely(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


def rudely(function: Callable[..., Any]) -> Callable[..., Any]:
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


def marked_inside(function: Callable[..., Any]) -> Callable[..., Any]:
    @whose.transparent
    @functools.wraps(function)
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


def marked_inside_rudely(function: Callable[..., Any]) -> Callable[..., Any]:
    @whose.transparent
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


def in_shared_module(function: Callable[..., Any]) -> Callable[..., Any]:
    inner = rudely(function)
    inner.__module__ = "shared.lib.retry"
    return inner


DECORATORS = [
    whose.transparent(politely),
    whose.transparent(rudely),
    marked_inside,
    marked_inside_rudely,
    in_shared_module,
]


@pytest.mark.parametrize("decorate", DECORATORS)
def test_a_task_behind_a_transparent_decorator_belongs_to_the_decorated_function(decorate: Any) -> None:
    app = Celery("transparent", set_as_current=False)
    assert app.task(name="red.task", shared=False)(decorate(of("red")))() == "red"
    assert app.task(name="red.through_two", shared=False)(DECORATORS[2](decorate(of("red"))))() == "red"


@pytest.mark.parametrize("decorate", DECORATORS)
def test_errors_behind_a_transparent_decorator_belong_to_the_decorated_function(decorate: Any) -> None:
    @whose.owned_by("red")
    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError) as raised, whose.attributing("transparent_blue"):
        decorate(fails)()
    team = whose.owner_of(raised.value).team
    assert team is not None
    assert team.name == "red"


def transparent_task(app: Celery) -> Any:
    return app.task(name="shared.task", shared=False)(whose.transparent(of("blue")))


def transparent_task_in_a_shared_module(app: Celery) -> Any:
    body = of("blue")
    body.__module__ = "shared.lib.tasks"
    return app.task(name="shared.in_module", shared=False)(body)


def transparent_task_class(app: Celery) -> Any:
    @whose.transparent
    class Shared(Task):  # type: ignore[misc]
        name = "shared.class"

        def run(self) -> Any:
            return of("blue")()

    return app.register_task(Shared())


@pytest.mark.parametrize("make", [transparent_task, transparent_task_in_a_shared_module, transparent_task_class])
def test_a_transparent_task_belongs_to_its_caller(make: Any, sink: RecordingSink) -> None:
    task = make(Celery("transparent", set_as_current=False))
    with whose.attributing("transparent_red"):
        assert task() == "red"
    assert task() is None
    assert sink.attributions[-1].attributes["code_owner_reason"] == "transparent"


def test_a_task_of_a_teams_own_with_a_transparent_base_belongs_to_that_team() -> None:
    @whose.transparent
    class Base(Task):  # type: ignore[misc]
        def run(self) -> Any:
            return of("blue")()

    class Own(Base):
        name = "red.own"

    Own.__module__ = "transparent_red"
    app = Celery("transparent", set_as_current=False)
    assert app.register_task(Own())() == "red"


def test_a_generic_task_inherits_its_owner_behind_a_transparent_decorator_too() -> None:
    app = Celery("transparent", set_as_current=False)
    task = app.task(name="generic", shared=False)(marked_inside(whose.inherits_owner(of("blue"))))
    with whose.attributing("transparent_red"):
        assert task() == "red"
