"""Every flavour of task, each with the call that runs it in this process and the owners it must have, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from celery import Celery, chain, chord, group, shared_task
from pydantic import BaseModel

from tests.hosts.celery_teams import blue, nobody, red

#: How a flavour is run: by the tracer that workers use, by apply(), sent with task_always_eager, or called like any
#: function.
Way = Literal["traced", "applied", "sent", "called"]


class Model(BaseModel):
    """The argument of a pydantic task."""

    number: int


@dataclass(frozen=True, slots=True)
class Flavour:
    """A way to write a task."""

    name: str
    #: Declares the task, or what is made of tasks, on an app.
    declare: Callable[[Celery], Any]
    #: The owner of each run, outermost first; None where nobody owns it.
    owners: tuple[str | None, ...] = ("red",)
    arguments: tuple[Any, ...] = ()
    way: Way = "traced"


def _declared(*arguments: Any, **options: Any) -> Callable[[Celery], Any]:
    """Return what declares functions, each wrapped in the next, as a task."""
    *decorators, function = arguments

    def declare(app: Celery) -> Any:
        made = function
        for decorate in reversed(decorators):
            made = decorate(made)
        return app.task(**{"shared": False} | options)(made)

    return declare


def _pydantic(app: Celery) -> Any:
    def doubled(model: Model) -> int:
        return red.doubled(model)

    doubled.__module__ = red.__name__
    doubled.__annotations__["model"] = Model
    return app.task(shared=False, pydantic=True)(doubled)


def _shared(_: Celery) -> Any:
    return shared_task(name="shared.add")(red.add)


def _class_based(kind: type, *arguments: Any) -> Callable[[Celery], Any]:
    return lambda app: app.register_task(kind(*arguments))


def _nested(app: Celery) -> Any:
    inner = app.task(shared=False)(blue.total)
    outer = app.task(shared=False, bind=True)(red.run_inside)
    return outer.s(inner.s([1, 2]))


def _signature(make: Callable[[Any, Any], Any]) -> Callable[[Celery], Any]:
    """Return what makes a signature of red's ``add`` and blue's ``total``."""
    return lambda app: make(app.task(shared=False)(red.add), app.task(shared=False)(blue.total))


def _replacing(app: Celery) -> Any:
    total = app.task(shared=False)(blue.total)

    def replaced(self: Any) -> Any:
        raise self.replace(total.s([4, 5]))

    replaced.__module__ = red.__name__
    return app.task(shared=False, bind=True)(replaced)


RETRY_AT_ONCE = {"autoretry_for": (ConnectionError,), "retry_backoff": False, "default_retry_delay": 0}

FLAVOURS = (
    Flavour("plain", _declared(red.add), arguments=(1,)),
    Flavour("plain, called", _declared(red.add), arguments=(1,), way="called"),
    Flavour("plain, applied", _declared(red.add), arguments=(1,), way="applied"),
    Flavour("bound", _declared(red.say, bind=True), arguments=("hello",)),
    Flavour("bound, called", _declared(red.say, bind=True), arguments=("hello",), way="called"),
    Flavour("shared", _shared, arguments=(1,)),
    Flavour("quiet base", _declared(red.add, base=red.Counting), arguments=(1,)),
    Flavour("base with __call__", _declared(red.add, base=red.Calling), arguments=(1,), owners=("red", "red")),
    Flavour("__call__ without run", _declared(red.add, base=red.NeverRunning), arguments=(1,)),
    Flavour("another team's base", _declared(blue.subtract, base=red.Counting), arguments=(3, 1), owners=("blue",)),
    Flavour(
        "another team's __call__",
        _declared(blue.subtract, base=red.Calling),
        arguments=(3, 1),
        owners=("blue", "blue"),
    ),
    Flavour("class-based", _class_based(red.Invoice), arguments=(7,)),
    Flavour("class-based, run of another team", _class_based(blue.Statement), arguments=(7,), owners=("blue",)),
    Flavour("class-based with __call__", _class_based(red.Reminder), arguments=(7,), owners=("red", "red")),
    Flavour("class of several tasks", _class_based(red.Named, "red.first"), owners=("red", "red")),
    Flavour("pydantic", _pydantic, arguments=({"number": 4},)),
    Flavour("autoretry", _declared(red.retries_automatically, bind=True, **RETRY_AT_ONCE)),
    Flavour("retry by hand", _declared(red.retries_by_hand, bind=True)),
    Flavour(
        "autoretry, applied",
        _declared(red.retries_automatically, bind=True, **RETRY_AT_ONCE),
        owners=("red", "red"),
        way="applied",
    ),
    Flavour("acks late", _declared(red.add, acks_late=True), arguments=(1,)),
    Flavour("ignored result", _declared(red.add, ignore_result=True), arguments=(1,)),
    Flavour("throws", _declared(red.expects_to_fail, throws=(KeyError,))),
    Flavour("rejects", _declared(red.rejects)),
    Flavour("ignores", _declared(red.ignores)),
    Flavour("decorated politely", _declared(blue.politely, red.add), arguments=(1,)),
    Flavour("decorated rudely", _declared(blue.rudely, red.add, name="rude"), arguments=(1,)),
    Flavour("decorated twice", _declared(blue.rudely, blue.politely, red.add, name="twice"), arguments=(1,)),
    Flavour("closure", _declared(red.made_by_closure(3), name="closure"), arguments=(2,)),
    Flavour("partial", _class_based(red.Multiplying), arguments=(1,)),
    Flavour("named after another team", _declared(red.add, name="tests.hosts.celery_teams.blue.add"), arguments=(1,)),
    Flavour("unowned", _declared(nobody.orphan), owners=(None,)),
    Flavour("nested", _nested, owners=("red", "blue"), way="applied"),
    Flavour("group", _signature(lambda add, total: group(add.s(1), add.s(2))), owners=("red", "red"), way="applied"),
    Flavour("chain", _signature(lambda add, total: chain(add.s(1), add.s(2))), owners=("red", "red"), way="applied"),
    Flavour(
        "chord",
        _signature(lambda add, total: chord([add.s(1), add.s(2)], total.s())),
        owners=("red", "red", "blue"),
        way="applied",
    ),
    Flavour("map", _signature(lambda add, total: total.map([[1, 2], [3]])), owners=("blue", "blue"), way="applied"),
    Flavour(
        "starmap", _signature(lambda add, total: add.starmap([(1, 2), (3, 4)])), owners=("red",) * 2, way="applied"
    ),
    Flavour("link", _signature(lambda add, total: add.s(1).set(link=add.s(2))), owners=("red", "red"), way="sent"),
    Flavour("plain, sent", _declared(red.add), arguments=(1,), way="sent"),
    Flavour("bound, sent", _declared(red.say, bind=True), arguments=("hello",), way="sent"),
    Flavour("replaced", _replacing, owners=("red", "blue"), way="applied"),
)

#: How tasks fail; the traceback that Celery keeps must read the same with us.
FAILURES = (
    Flavour("error", _declared(red.fails), arguments=("why",)),
    Flavour("error of a bound task", _declared(red.say, bind=True), arguments=(1, 2, 3)),
    Flavour("wrong arguments", _declared(red.add), arguments=(1, 2, 3, 4)),
    Flavour("wrong arguments of a class", _class_based(red.Invoice), arguments=()),
    Flavour("error translated", _declared(red.fails_translated), arguments=("why",)),
    Flavour("error while handling another", _declared(red.fails_in_cleanup)),
    Flavour("exception group", _declared(red.fails_as_group)),
    Flavour("error in C", _declared(red.fails_in_c)),
    Flavour("error behind decorators", _declared(blue.politely, red.fails), arguments=("why",)),
    Flavour("error behind __call__", _declared(red.fails, base=red.Calling), arguments=("why",)),
    Flavour("error of an inherited run", _class_based(blue.Statement), arguments=()),
    Flavour("error of a child's __call__", _class_based(red.Reminder), arguments=()),
    Flavour("autoretry gives up", _declared(red.fails, autoretry_for=(ValueError,), max_retries=0), arguments=("why",)),
    Flavour("retry with a reason", _declared(red.retries_by_hand, bind=True)),
    Flavour("wrong arguments of a partial", _class_based(red.Multiplying), arguments=(1, 2, 3)),
    Flavour("pydantic refuses", _pydantic, arguments=({"number": "x"},)),
)
