"""Who looks at a task, its ``run`` or its app sees what was there before us."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, Task
from celery.exceptions import DuplicateTaskNameWarning

import whose
from tests.hosts.celery_runs import RULES, fresh_app, outcome_of
from tests.hosts.celery_teams import blue, red
from whose.testing import installed


@pytest.fixture
def app() -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


def look(thing: Callable[[], Any]) -> Any:
    """Return what is seen, or the error that looking gives."""
    try:
        return thing()
    except Exception as error:
        return type(error), str(error)


def names_of(thing: Any) -> list[Any]:
    return [getattr(thing, name, None) for name in ("__name__", "__qualname__", "__module__")]


def sight_of(task: Any) -> dict[str, Any]:
    """Return all that is commonly looked at."""
    run = task.run
    return {
        "signature of run": look(lambda: inspect.signature(run)),
        "text of the signature": look(lambda: str(inspect.signature(run))),
        "arguments of run": look(lambda: inspect.getfullargspec(run)),
        "hints of run": look(lambda: typing.get_type_hints(run)),
        "source of run": look(lambda: inspect.getsource(run)),
        "is a function": inspect.isfunction(run),
        "is a method": inspect.ismethod(run),
        "is a coroutine function": (inspect.iscoroutinefunction(run), asyncio.iscoroutinefunction(run)),
        "self of run": getattr(run, "__self__", None) is task,
        "names": names_of(run),
        "documentation": (run.__doc__, task.__doc__),
        "wrapped": look(lambda: task.__wrapped__),
        "function of the class": vars(type(task)).get("run"),
        "kind": (type(task), task.__class__, isinstance(task, Task), isinstance(task, red.Counting)),
        "signature of the task": look(lambda: inspect.signature(task)),
        "header": look(lambda: task.__header__),
        "representation": repr(task),
        "pickled": pickle.dumps(task),
        "pickled and back": pickle.loads(pickle.dumps(task)) is task,
        "copied": copy.copy(task) is task,
        "signature": task.s(1),
        "pickled signature": pickle.loads(pickle.dumps(task.s(1, x=2))),
        "callable": callable(task),
        "attributes of the class": sorted(name for name in vars(type(task)) if not name.startswith("_")),
    }


def documented(x: int, *, y: str = "é") -> str:
    """Say so."""
    return f"{x}{y}"


def saying(name: str) -> Callable[[], str]:
    def say() -> str:
        return name

    return say


def given_back(x: int) -> int:
    return x


async def waits(x: int) -> int:
    await asyncio.sleep(0)
    return x


MAKERS: dict[str, Callable[[Celery], Any]] = {
    "plain": lambda app: app.task(shared=False)(red.add),
    "documented": lambda app: app.task(shared=False)(documented),
    "bound": lambda app: app.task(shared=False, bind=True)(red.say),
    "based": lambda app: app.task(shared=False, base=red.Counting)(red.add),
    "called": lambda app: app.task(shared=False, base=red.Calling)(red.add),
    "class": lambda app: app.register_task(red.Invoice()),
    "inherited": lambda app: app.register_task(blue.Statement()),
    "autoretry": lambda app: app.task(shared=False, autoretry_for=(ValueError,))(red.add),
    "autoretry, bound": lambda app: app.task(shared=False, bind=True, autoretry_for=(ValueError,))(red.say),
    "politely decorated": lambda app: app.task(shared=False)(blue.politely(red.add)),
    "rudely decorated": lambda app: app.task(shared=False, name="rude")(blue.rudely(red.add)),
    "partial": lambda app: app.register_task(red.Multiplying()),
    "coroutine": lambda app: app.task(shared=False)(waits),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_task_looks_as_before(app: Celery, name: str) -> None:
    task = MAKERS[name](app)
    app.finalize()
    before = sight_of(task)
    with installed(RULES):
        assert "run" in vars(app.tasks[task.name]), "it is wrapped, or this proves nothing"
        during = sight_of(task)
    if name == "partial":
        # A function stands for it, which may be asked more.
        for asked in ("is a function", "hints of run", "names", "source of run", "documentation"):
            before.pop(asked), during.pop(asked)
    assert during == before


def test_a_base_class_finds_the_arguments_of_run(app: Celery) -> None:
    with installed(RULES):
        task = app.task(shared=False, base=red.Counting)(red.add)
        assert task.arguments_of_run() == ["x", "y"]


def test_arguments_are_checked_where_a_task_is_sent(app: Celery) -> None:
    task = app.task(shared=False)(red.add)

    def refused() -> str:
        with pytest.raises(TypeError) as caught:
            task.delay(1, 2, 3, 4)
        return str(caught.value)

    before = refused()
    with installed(RULES):
        assert refused() == before


def test_a_send_that_fails_has_no_frame_of_ours(app: Celery) -> None:
    task = app.task(shared=False)(red.add)
    app.finalize()

    def functions() -> list[str]:
        with pytest.raises(Exception) as caught:
            task.apply_async((object(),), serializer="json")
        return [entry.frame.code.name for entry in caught.traceback]

    before = functions()
    with installed(RULES):
        assert functions() == before


def test_a_declaration_that_fails_has_no_frame_of_ours(app: Celery) -> None:
    app.finalize()

    def functions(name: str) -> list[str]:
        with pytest.raises(ValueError, match="often") as caught:
            app.task(shared=False, name=name, autoretry_for=(ValueError,), retry_backoff="often")(red.add)
        return [entry.frame.code.name for entry in caught.traceback]

    before = functions("before")
    with installed(RULES):
        assert functions("during") == before


@pytest.mark.parametrize("is_class_based", [False, True])
def test_a_warning_about_a_name_names_the_line_that_took_it(app: Celery, is_class_based: bool) -> None:
    def take(name: str) -> None:
        if is_class_based:
            app.register_task(type("Made", (Task,), {"name": name, "run": documented})())
        else:
            app.task(name=name)(saying(name))

    def take_twice(name: str) -> str:
        take(name)
        with pytest.warns(DuplicateTaskNameWarning) as warnings:
            take(name)
        return warnings[0].filename

    app.finalize()
    before = take_twice("before")
    with installed(RULES):
        assert take_twice("during") == before == __file__


def test_an_asynchronous_task_is_owned_while_it_runs(app: Celery) -> None:
    async def awaits() -> Any:
        await asyncio.sleep(0)
        return whose.current()

    awaits.__module__ = red.__name__
    with installed(RULES) as sink:
        task = app.task(shared=False)(awaits)
        attribution = asyncio.run(task.run())
        assert attribution is sink.attributions[0]
        assert sink.owners == ["red"]
        assert whose.current() is None


def test_an_asynchronous_task_fails_with_its_own_traceback(app: Celery) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("why")

    fails.__module__ = red.__name__
    task = app.task(shared=False)(fails)
    app.finalize()

    async def functions() -> list[str]:
        try:
            await task.run()
        except ValueError as error:
            found, traceback = [], error.__traceback__
            while traceback is not None:
                found.append(traceback.tb_frame.f_code.co_name)
                traceback = traceback.tb_next
            return found
        return []

    before = asyncio.run(functions())
    with installed(RULES) as sink:
        assert asyncio.run(functions()) == before == ["functions", "fails"]
        assert len(sink.faults) == 1


@pytest.mark.parametrize("annotation", ["@run", "@__call__"])
def test_annotations_of_the_configuration_still_reach_the_task(app: Celery, annotation: str) -> None:
    def around(original: Callable[..., Any]) -> Callable[..., Any]:
        def annotated(*args: Any, **kwargs: Any) -> Any:
            return ["annotated", original(*args, **kwargs)]

        return annotated

    class Annotated(Task):  # type: ignore[misc]
        name = "annotated"

        def run(self, number: int) -> int:
            return number

    Annotated.__module__ = red.__name__
    app.conf.task_annotations = {"annotated": {annotation: around}}
    with installed(RULES) as sink:
        task = app.register_task(Annotated())
        assert outcome_of(app, task, (7,)).result == "['annotated', 7]"
        assert set(sink.owners) == {"red"}


@pytest.mark.parametrize("declare", ["app.task", "shared_task"])
def test_a_declaration_does_not_make_the_task_early(app: Celery, declare: str) -> None:
    from celery import shared_task

    marks: list[Callable[[Any], Any]] = [
        whose.owned_by("blue"),
        whose.transparent,
        whose.inherits_owner,
        whose.owned_by_argument(lambda x: blue),
    ]
    for number, mark in enumerate(marks):
        decorate = shared_task(name=f"n{number}") if declare == "shared_task" else app.task(name=f"n{number}")
        mark(decorate(given_back))
        assert not app.finalized
        assert not app._tasks
    app.finalize()


@pytest.mark.parametrize("declare", ["app.task", "shared_task"])
def test_a_declaration_on_a_task_decides(app: Celery, declare: str) -> None:
    from celery import shared_task

    decorate = shared_task if declare == "shared_task" else app.task
    task = whose.owned_by("blue")(decorate(name="declared", shared=False)(given_back))
    with installed(RULES) as sink:
        assert outcome_of(app, task, (1,)).state == "SUCCESS"
        assert sink.owners == ["blue"]
        assert whose.owner_of(task).module == __name__
