"""Who is at fault for an exception, tried on code of three teams that is written into modules of their own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import logging
import sys
import types
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

import whose
from whose.resolver.fault import MOST_FRAMES, MOST_LEAVES
from whose.testing import RecordingSink, installed

#: The shop of these tests: red calls blue, through green's shared code; nobody owns grey.
MODULES = {
    "faulty_red": """
import asyncio
import json
import sys
import click
import faulty_blue, faulty_green, faulty_grey

def own_bug():
    return {}["missing"]

def calls_blue():
    return faulty_blue.fails()

def in_the_standard_library():
    return json.loads("{")

def in_c():
    return int("not a number")

def through_shared_code():
    return faulty_green.retry(own_bug)

def decorated_by_shared_code():
    return guarded_bug()

@faulty_green.guarded
def guarded_bug():
    raise ValueError("in a decorated function")

def translates_blue():
    try:
        faulty_blue.fails()
    except LookupError as error:
        raise RuntimeError("blue failed") from error

def translates_blue_without_saying_so():
    try:
        faulty_blue.fails()
    except LookupError:
        raise RuntimeError("blue failed")

def hides_blue():
    try:
        faulty_blue.fails()
    except LookupError:
        raise RuntimeError("my own") from None

def falls_back_to_blue():
    try:
        {}["not cached"]
    except KeyError:
        faulty_blue.fails()

def bug_in_handler_of_blues_error():
    try:
        faulty_blue.fails()
    except LookupError:
        undefined_name

def raises_what_blue_made():
    raise faulty_blue.made_earlier()

def reraises_elsewhere():
    try:
        faulty_blue.fails()
    except LookupError as error:
        raise_it(error)

def raise_it(error):
    raise error

def recursion():
    return recursion()

def generator():
    yield from faulty_blue.generates()

def consumes_generator():
    return list(generator())

async def coroutine():
    await faulty_blue.fails_in_async()

def generated():
    scope = {"__name__": "faulty_red"}
    exec("def made():\\n    raise ValueError('generated')", scope)
    scope["made"]()

def grey_code():
    return faulty_grey.fails()

def raises_with_a_traceback_of_blue():
    try:
        faulty_blue.fails()
    except LookupError as error:
        traceback = error.__traceback__
    raise OSError("extended").with_traceback(traceback)

def in_c_calling_blue_back():
    return sorted([1, 2], key=lambda one: faulty_blue.fails())

def in_a_generator_expression():
    return sum(faulty_blue.fails() for _ in range(3))

def raises_none_from_deep():
    try:
        try:
            faulty_blue.fails()
        except LookupError as error:
            raise KeyError from error
    except KeyError as error:
        raise RuntimeError("hidden") from None

def closes_a_generator():
    made = faulty_blue.refuses_to_close()
    next(made)
    made.close()

def throws_into_a_generator():
    made = generator()
    next(made)
    made.throw(ValueError("thrown"))

def in_a_property():
    return faulty_blue.Thing().broken

def in_a_class_body():
    class Made:
        value = faulty_blue.fails()

def in_a_comprehension():
    return [{}["missing"] for _ in range(2)]

def falls_in_grey(depth):
    faulty_grey.falls(depth)

def calls_click():
    click.Option([])

def at_import():
    sys.modules.pop("faulty_at_import", None)
    import faulty_at_import

def in_a_context_manager():
    with faulty_blue.Leaving():
        pass

def cause_without_a_traceback():
    raise RuntimeError("mine") from ValueError("never raised")

def group_of_unowned_first():
    errors = []
    for call in (ungrouped, own_bug):
        try:
            call()
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("unowned first", [errors[0].with_traceback(None), errors[1]])

def ungrouped():
    raise ValueError

def group_from_a_task_group():
    asyncio.run(task_group())

async def task_group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(faulty_blue.fails_in_async())

def group_of_translated():
    try:
        translates_blue()
    except RuntimeError as error:
        raise ExceptionGroup("translated", [error])

def translates_a_group():
    try:
        group()
    except ExceptionGroup as errors:
        raise RuntimeError("translated") from errors

def bare_group():
    raise ExceptionGroup("bare", [ValueError("never raised")])

def group():
    errors = []
    for call in (own_bug, faulty_blue.fails):
        try:
            call()
        except LookupError as error:
            errors.append(error)
    raise ExceptionGroup("both", [errors[1], ExceptionGroup("inner", [errors[0]])])
""",
    "faulty_at_import": """
raise ImportError("broken module")
""",
    "faulty_blue": """
class Refused(LookupError):
    pass

def fails():
    raise Refused("in blue")

def made_earlier():
    try:
        fails()
    except Refused as error:
        return error

def generates():
    yield 1
    fails()

async def fails_in_async():
    fails()

def refuses_to_close():
    try:
        yield 1
    finally:
        fails()

class Thing:
    @property
    def broken(self):
        fails()

class Leaving:
    def __enter__(self):
        return self

    def __exit__(self, *failure):
        fails()
""",
    "faulty_green": """
import functools

def retry(call):
    return call()

def guarded(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner

def own_bug():
    raise OSError("shared code is broken")
""",
    "faulty_grey": """
def fails():
    raise ValueError("in code that nobody owns")

def falls(depth):
    if not depth:
        raise ValueError("deep down")
    falls(depth - 1)
""",
}

RULES = {
    "mappings": {"red": ["faulty_red"], "blue": ["faulty_blue"], "green": ["faulty_green"]},
    "transparent": ["faulty_green"],
}


@pytest.fixture(scope="module", autouse=True)
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("faulty")
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(text)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recording:
        yield recording


def caught(call: str) -> Exception:
    import faulty_red  # type: ignore[import-not-found]

    try:
        getattr(faulty_red, call)()
    except Exception as error:
        return error
    pytest.fail(f"{call} did not raise")


@pytest.mark.parametrize(
    ("call", "team"),
    [
        ("own_bug", "red"),
        ("calls_blue", "blue"),
        ("in_the_standard_library", "red"),
        ("in_c", "red"),
        ("through_shared_code", "red"),
        ("decorated_by_shared_code", "red"),
        ("translates_blue", "blue"),
        ("translates_blue_without_saying_so", "blue"),
        ("hides_blue", "red"),
        ("falls_back_to_blue", "blue"),
        ("bug_in_handler_of_blues_error", "red"),
        ("raises_what_blue_made", "blue"),
        ("reraises_elsewhere", "blue"),
        ("recursion", "red"),
        ("consumes_generator", "blue"),
        ("generated", "red"),
        ("grey_code", "red"),
        ("raises_with_a_traceback_of_blue", "blue"),
        ("in_c_calling_blue_back", "blue"),
        ("in_a_generator_expression", "blue"),
        ("raises_none_from_deep", "red"),
        ("closes_a_generator", "blue"),
        ("throws_into_a_generator", "blue"),
        ("in_a_property", "blue"),
        ("in_a_class_body", "blue"),
        ("in_a_comprehension", "red"),
        ("in_a_context_manager", "blue"),
        ("cause_without_a_traceback", "red"),
        ("group", "blue"),
        ("group_of_unowned_first", "red"),
        ("group_from_a_task_group", "blue"),
        ("group_of_translated", "blue"),
        ("translates_a_group", "blue"),
        ("bare_group", "red"),
    ],
)
def test_the_innermost_owned_frame_is_at_fault(sink: RecordingSink, call: str, team: str) -> None:
    ownership = whose.owner_of(caught(call))
    assert ownership.team is not None
    assert ownership.team.name == team
    assert f"faulty_{team}.py:" in str(ownership.frame)


def test_a_module_that_fails_as_it_is_imported_is_at_fault_itself() -> None:
    with installed({"mappings": {"violet": ["faulty_at_import"], "red": ["faulty_red"]}}):
        ownership = whose.owner_of(caught("at_import"))
    assert ownership.team is not None
    assert ownership.team.name == "violet"


def test_an_installed_package_is_passed_over_unless_a_rule_names_it(sink: RecordingSink) -> None:
    import faulty_red

    with pytest.raises(TypeError, match="Could not determine") as raised:
        faulty_red.calls_click()
    assert "in calls_click" in str(whose.owner_of(raised.value).frame)
    whose.uninstall()
    with installed({**RULES, "packages": {"click": "violet"}}):
        ownership = whose.owner_of(raised.value)
    assert ownership.team is not None
    assert ownership.team.name == "violet"
    assert "in _parse_decls" in str(ownership.frame)


def test_an_error_in_a_coroutine_belongs_to_the_coroutine_that_raised_it(sink: RecordingSink) -> None:
    import faulty_red

    with pytest.raises(LookupError) as raised:
        asyncio.run(faulty_red.coroutine())
    assert whose.owner_of(raised.value).team == whose.owner_of("faulty_blue").team


def test_an_error_that_is_logged_and_goes_no_further_says_who_is_at_fault(caplog: pytest.LogCaptureFixture) -> None:
    with installed({**RULES, "sinks": ["logging"]}) as sink, whose.attributing("faulty_red"):
        logging.getLogger("shop").error("as always", exc_info=caught("calls_blue"))
        logging.getLogger("shop").error("no exception")
    logged, plain = (vars(record) for record in caplog.records)
    assert (logged["code_owner"], logged["code_owner_at_fault"]) == ("red", "blue")
    assert (plain["code_owner"], plain["code_owner_at_fault"]) == ("red", None)
    assert sink.faults == []


def test_every_leaf_of_a_group_is_named(sink: RecordingSink) -> None:
    with pytest.raises(ExceptionGroup), whose.attributing("faulty_red"):
        raise caught("group")
    (_, fault) = sink.faults[0]
    assert [leaf.team.name for leaf in fault.leaves if leaf.team] == ["blue", "red"]
    assert fault.attributes == {"code_owner_at_fault": "blue", "code_owner_at_fault_all": "blue,red"}


def test_a_group_of_thousands_costs_no_more_than_its_first_leaves(sink: RecordingSink) -> None:
    group = ExceptionGroup("many", [ValueError(number) for number in range(5_000)])
    with pytest.raises(ExceptionGroup), whose.attributing("faulty_red"):
        raise group
    assert len(sink.faults[0][1].leaves) == MOST_LEAVES


def test_code_that_nobody_owns_all_the_way_up_has_nobody_at_fault(sink: RecordingSink) -> None:
    import faulty_grey  # type: ignore[import-not-found]

    with pytest.raises(ValueError, match="nobody") as raised:
        faulty_grey.fails()
    ownership = whose.owner_of(raised.value)
    assert not ownership.is_owned
    assert "no owner" in str(ownership)


def test_the_default_owner_is_at_fault_for_first_party_code_but_not_for_the_standard_library() -> None:
    with installed({"default_owner": "platform"}):
        ownership = whose.owner_of(caught("in_the_standard_library"))
    assert ownership.team is not None
    assert ownership.team.name == "platform"
    assert "faulty_red.py" in str(ownership.frame)


def test_a_declared_owner_of_a_function_is_at_fault_for_its_frames(sink: RecordingSink) -> None:
    @whose.owned_by("purple")
    def declared() -> None:
        raise ValueError

    with pytest.raises(ValueError) as raised:
        declared()
    assert str(whose.owner_of(raised.value).team and whose.owner_of(raised.value).team.name) == "purple"  # type: ignore[union-attr]


@pytest.mark.parametrize(("depth", "is_seen"), [(1_000, True), (MOST_FRAMES + 100, False)])
def test_the_innermost_frames_of_a_long_traceback_are_looked_at(sink: RecordingSink, depth: int, is_seen: bool) -> None:
    import faulty_red

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        with pytest.raises(ValueError, match="deep down") as raised:
            faulty_red.faulty_grey.falls(depth)
        with pytest.raises(ValueError, match="deep down") as raised_below_red:
            faulty_red.falls_in_grey(depth)
    finally:
        sys.setrecursionlimit(limit)
    assert not whose.owner_of(raised.value).is_owned
    assert whose.owner_of(raised_below_red.value).is_owned is is_seen


def test_an_exception_without_a_traceback_has_nobody_at_fault(sink: RecordingSink) -> None:
    error = ValueError("never raised")
    assert not whose.owner_of(error).is_owned
    assert not whose.owner_of(caught("own_bug").with_traceback(None)).is_owned


def test_chains_that_run_in_a_circle_end(sink: RecordingSink) -> None:
    first, second = caught("own_bug"), caught("calls_blue")
    first.__cause__, second.__cause__ = second, first
    assert whose.owner_of(first).is_owned


class Hostile(Exception):
    """An exception that raises on every access."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(f"hands off {name}")


def test_a_hostile_exception_is_judged_like_any_other(sink: RecordingSink) -> None:
    module = types.ModuleType("faulty_red.inner")
    exec(compile("def fails(error):\n    raise error", "/srv/faulty_red/inner.py", "exec"), vars(module))
    with pytest.raises(Hostile), whose.attributing("faulty_red"):
        module.fails(Hostile())
    assert [fault.attributes for _, fault in sink.faults] == [{"code_owner_at_fault": "red"}]


def test_frames_without_a_module_are_passed_over(sink: RecordingSink) -> None:
    scope: dict[str, object] = {}
    exec(compile("def fails():\n    raise ValueError", "/srv/nowhere.py", "exec"), scope)
    del scope["__builtins__"]
    with pytest.raises(ValueError) as raised, whose.attributing("faulty_red"):
        scope["fails"]()  # type: ignore[operator]
    assert not whose.owner_of(raised.value).is_owned


def test_frames_of_a_deleted_module_keep_their_owner(sink: RecordingSink) -> None:
    error = caught("calls_blue")
    del sys.modules["faulty_blue"], sys.modules["faulty_red"]
    assert "blue" in str(whose.owner_of(error).team)


def fail_in_another_process() -> None:
    raise LookupError("far away")


def test_a_traceback_that_came_as_text_from_another_process_is_read() -> None:
    context = __import__("multiprocessing").get_context("fork")
    with installed({"mappings": {"tests": [__name__]}}):
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            error = pool.submit(fail_in_another_process).exception()
        assert error is not None
        ownership = whose.owner_of(error)
    assert ownership.team is not None
    assert ownership.team.name == "tests"
    assert "in fail_in_another_process" in str(ownership.frame)


def test_celerys_pickled_traceback_is_read() -> None:
    import pickle

    from billiard.einfo import ExceptionInfo

    with installed({"mappings": {"tests": [__name__]}}):
        try:
            fail_in_another_process()
        except LookupError:
            # What a pool child sends to the worker's main process.
            error = pickle.loads(pickle.dumps(ExceptionInfo())).exception
        ownership = whose.owner_of(error)
    assert "in fail_in_another_process" in str(ownership.frame)


def test_nothing_is_kept_alive(sink: RecordingSink) -> None:
    class Witness:
        pass

    def fails() -> None:
        witness = Witness()
        alive.append(weakref.ref(witness))
        raise ValueError

    alive: list[weakref.ref[Witness]] = []
    gc.disable()
    try:
        with pytest.raises(ValueError), whose.attributing("faulty_red"):
            fails()
        # pytest's own record of the exception is gone by now; a frame held by us would keep the witness.
        assert alive[0]() is None
    finally:
        gc.enable()


def test_nothing_is_computed_while_nothing_fails(sink: RecordingSink, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("whose.resolver.fault_of", lambda *args, **kwargs: asked.append(args))
    with whose.attributing("faulty_red"):
        pass
    assert asked == []
