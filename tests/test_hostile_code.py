"""Code that resists being looked at, and exceptions that misbehave, come to the same end as without us."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, Task
from celery.app.trace import build_tracer

import whose
from tests.hosts.celery_runs import RULES, Outcome, fresh_app, outcome_of
from tests.hosts.celery_teams import red
from whose.attribution import _current
from whose.testing import RecordingSink, installed


@pytest.fixture
def app() -> Iterator[Celery]:
    with fresh_app() as app:
        yield app


class Guarded(Task):  # type: ignore[misc]
    """Knows nothing but what Celery asks for."""

    abstract = True

    def __getattr__(self, name: str) -> Any:
        if "retry" in name or name == "_orig_run":
            raise AttributeError(name)
        raise RuntimeError(f"{name} is not to be looked at")


class Secretive(Task):  # type: ignore[misc]
    """Raises where others have documentation, a wrapped function, a name and a module."""

    abstract = True

    def __getattribute__(self, name: str) -> Any:
        if name in {"__wrapped__", "__doc__", "__module__", "__qualname__", "__code_owner__", "__func__"}:
            raise ValueError(name)
        return super().__getattribute__(name)


class Unequal(Task):  # type: ignore[misc]
    """Cannot be compared, hashed, shown or counted."""

    abstract = True

    def __eq__(self, other: object) -> bool:
        raise TypeError("incomparable")

    def __hash__(self) -> int:
        raise TypeError("unhashable")

    def __len__(self) -> int:
        raise TypeError("uncountable")


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in {"__code_owner__", "__wrapped__", "view_class"}:
            raise LookupError(name)
        return super().__getattribute__(name)


class OfAHostileKind(Task, metaclass=Meta):  # type: ignore[misc]
    abstract = True


def hostile_instance() -> Any:
    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(name)

        def __call__(self) -> None: ...

    return Hostile()


@pytest.mark.parametrize("base", [Guarded, Secretive, Unequal, OfAHostileKind], ids=lambda base: base.__name__)
def test_a_task_that_resists_being_looked_at_runs_as_without_us(app: Celery, base: type) -> None:
    def end(name: str) -> Outcome:
        task = app.task(shared=False, base=base, name=name)(red.add)
        return outcome_of(app, task, (1,))

    before = end("before")
    with installed(RULES) as sink:
        during = end("during")
    assert (during.state, during.result, during.traceback) == (before.state, before.result, before.traceback)
    assert before.state == "SUCCESS"
    assert sink.owners == ["red"], "its class tells whose it is"


def test_the_owner_of_what_cannot_be_looked_at_is_that_of_its_class() -> None:
    hostile = hostile_instance()
    with installed({"mappings": {"red": [__name__]}}) as sink:
        assert whose.owner_of(hostile).team is not None
        with whose.attributing(hostile):
            pass
        assert sink.owners == ["red"]


def test_a_task_whose_run_cannot_be_read_is_left_alone(app: Celery) -> None:
    class Unreadable(Task):  # type: ignore[misc]
        name = "unreadable"

        @property
        def run(self) -> Any:
            raise RuntimeError("not to be read")

        def __call__(self) -> str:
            return "ran"

    with installed(RULES):
        task = app.register_task(Unreadable())
        assert task() == "ran"
        assert outcome_of(app, app.task(shared=False)(red.add), (1,)).result == "3"


def test_a_task_that_takes_no_attributes_is_left_alone(app: Celery) -> None:
    class Frozen(Task):  # type: ignore[misc]
        name = "frozen"

        def run(self) -> str:
            return "ran"

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "run":
                raise AttributeError("frozen")
            super().__setattr__(name, value)

    with installed(RULES):
        assert app.register_task(Frozen())() == "ran"


class Unlookable(Exception):
    """Raises at every look."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("text")

    __repr__ = __str__


class Pretending(Exception):
    """Says that it is of a class that it is not of, or refuses to say."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("no class")

    @__class__.setter
    def __class__(self, value: Any) -> None: ...


class WithoutTraceback(Exception):
    __traceback__ = property(lambda self: None, lambda self, value: None)


class Unsettable(Exception):
    def __setattr__(self, name: str, value: Any) -> None:
        raise RuntimeError(name)


class Unequatable(Exception):
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    __hash__ = None  # type: ignore[assignment]


class MisleadingGroup(ExceptionGroup[Exception]):
    @property
    def exceptions(self) -> Any:
        raise RuntimeError("no exceptions")


def circular() -> Exception:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    return one


ERRORS: tuple[Callable[[], Exception], ...] = (
    Unlookable,
    Pretending,
    WithoutTraceback,
    Unsettable,
    Unequatable,
    lambda: MisleadingGroup("group", [ValueError()]),
    circular,
)


@pytest.mark.parametrize("make", ERRORS, ids=lambda make: make.__name__)
def test_an_exception_that_misbehaves_arrives_as_the_same_object(app: Celery, make: Callable[[], Exception]) -> None:
    error = make()

    def fails() -> None:
        raise error

    fails.__module__ = red.__name__
    with installed(RULES) as sink:
        task = app.task(shared=False)(fails)
        caught: object = None
        try:
            task()
        except Exception:
            caught = sys.exc_info()[1]
        assert caught is error
        assert sink.owners == ["red"]
        assert whose.current() is None


class Greenlet(BaseException):
    """Stands for what ends greenlets and coroutines, which is no Exception."""


@pytest.mark.parametrize("ending", [SystemExit(3), KeyboardInterrupt(), Greenlet(), GeneratorExit()], ids=repr)
def test_what_ends_the_process_passes_untouched(app: Celery, ending: BaseException) -> None:
    def ends() -> None:
        raise ending

    ends.__module__ = red.__name__
    with installed(RULES) as sink:
        task = app.task(shared=False)(ends)
        with pytest.raises(type(ending)) as caught:
            build_tracer(task.name, app.tasks[task.name], app=app, eager=True)("1", (), {}, {"is_eager": True})
        assert caught.value is ending
        assert sink.faults == []
        assert whose.current() is None


def test_a_sink_that_ends_the_process_ends_it() -> None:
    """Such exceptions are orders, not errors; even then nothing stays behind."""

    class Ends:
        def record(self, attribution: Any) -> None:
            raise SystemExit(3)

    with fresh_app() as app, installed({**RULES, "sinks": [Ends()]}):
        task = app.task(shared=False)(red.add)
        with pytest.raises(SystemExit):
            task(1)
        assert whose.current() is None


def depth_that_is_left() -> int:
    try:
        return depth_that_is_left() + 1
    except RecursionError:
        return 0


def at_depth(room: int, do: Callable[[], Any]) -> Any:
    """Do something where the stack has room for so many calls more."""

    def deeper(steps: int) -> Any:
        return deeper(steps - 1) if steps > 0 else do()

    return deeper(depth_that_is_left() - room)


@pytest.mark.parametrize("room", range(1, 60))
def test_a_stack_without_room_fails_as_such_and_leaves_nothing_behind(app: Celery, room: int) -> None:
    task = app.task(shared=False)(red.add)
    sink = RecordingSink()
    whose.install({**RULES, "sinks": [sink]})
    try:
        app.finalize()
        with contextlib.suppress(RecursionError):
            assert at_depth(room, lambda: task(1)) == 3
        assert _current.get() is None
        assert task(1) == 3, "and it works again where there is room"
        assert sink.owners[-1] == "red"
    finally:
        whose.uninstall()


@pytest.mark.parametrize("room", range(1, 60))
def test_a_block_on_a_stack_without_room_leaves_nothing_behind(room: int) -> None:
    def enter() -> None:
        with whose.attributing("tests.hosts.celery_teams.red"):
            pass

    with installed(RULES):
        with contextlib.suppress(RecursionError):
            at_depth(room, enter)
        assert _current.get() is None


def test_an_error_in_the_body_is_reported_once_for_what_it_is(app: Celery) -> None:
    """What we do about an error never becomes its context or cause."""

    class Faulty:
        def record(self, attribution: Any) -> None: ...

        def record_error(self, attribution: Any, fault: Any) -> None:
            raise KeyError("ours")

    with installed({**RULES, "sinks": [Faulty()]}):
        task = app.task(shared=False)(red.fails)
        with pytest.raises(ValueError, match="why") as caught:
            task("why")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
