"""Who asked for a task, through a real worker and every way in which a task leads to another."""

from __future__ import annotations

import os
import time
import types
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, Task, chain, chord, group
from celery.contrib.testing.worker import start_worker
from celery.signals import before_task_publish, setup_logging

import whose
from whose.hosts.celery.origin import HEADER
from whose.testing import RecordingSink, installed

RULES = {"mappings": {team: [f"callers_{team}"] for team in ("red", "blue", "green")}}


def emitted() -> dict[str, str]:
    attribution = whose.current()
    return {} if attribution is None else dict(attribution.attributes)


def in_module(team: str, function: Any) -> Any:
    """Return a function as if it had been written in a module of a team."""
    made = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    made.__module__ = f"callers_{team}"
    made.__qualname__ = function.__name__
    return made


@pytest.fixture(scope="module", autouse=True)
def logging_left_alone() -> Iterator[None]:
    """Keep the workers of this module from setting up the logging of all later tests, as a worker does."""

    def leave(**_: object) -> None: ...

    setup_logging.connect(leave)
    yield
    setup_logging.disconnect(leave)


@pytest.fixture(scope="module")
def sink() -> Iterator[RecordingSink]:
    with installed(RULES) as recording:
        yield recording


@pytest.fixture(scope="module")
def app(sink: RecordingSink) -> Iterator[Celery]:
    app = Celery("callers", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.task_always_eager = False

    def see(*args: Any) -> dict[str, str]:
        return emitted()

    for team in ("red", "blue", "green"):
        app.task(name=f"{team}.see")(in_module(team, see))

    def call(self: Task, name: str, *names: str) -> Any:
        return self.app.tasks[name].delay(*names).id

    for team in ("red", "blue", "green"):
        app.task(name=f"{team}.call", bind=True)(in_module(team, call))

    def try_again(self: Task) -> dict[str, str]:
        if not self.request.retries:
            raise self.retry(countdown=0)
        return emitted()

    app.task(name="blue.try_again", bind=True)(in_module("blue", try_again))

    def fails() -> None:
        raise ValueError("for link_error")

    app.task(name="blue.fails")(in_module("blue", fails))

    def replaced(self: Task) -> Any:
        return self.replace(self.app.tasks["green.see"].s())

    app.task(name="blue.replaced", bind=True)(in_module("blue", replaced))

    @whose.inherits_owner
    def run_later() -> dict[str, str]:
        return emitted()

    app.task(name="blue.run_later")(in_module_marked("blue", run_later))

    def dispatch(kind: str) -> dict[str, str]:
        return emitted()

    made = in_module("blue", dispatch)
    app.task(name="blue.dispatch")(whose.owned_by_argument(lambda kind: {"invoice": "callers_green"}.get(kind))(made))
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield app


def in_module_marked(team: str, function: Any) -> Any:
    made = in_module(team, function)
    vars(made).update(vars(function))
    return made


def asked(attributes: dict[str, str]) -> tuple[str | None, str | None]:
    return attributes.get("code_owner_caller"), attributes.get("code_owner_root")


def got(result: Any) -> Any:
    return result.get(timeout=20)


def test_a_task_knows_who_sent_it(app: Celery) -> None:
    with whose.attributing("callers_red"):
        result = app.tasks["blue.see"].delay()
    assert asked(got(result)) == ("red", "red")


def test_a_task_that_nobody_known_sent_says_nothing(app: Celery) -> None:
    assert asked(got(app.tasks["blue.see"].delay())) == (None, None)


def test_the_root_stays_through_many_hops(app: Celery) -> None:
    with whose.attributing("callers_red"):
        hop = app.tasks["blue.call"].delay("green.call", "blue.call", "green.see")
    for _ in range(3):
        hop = app.AsyncResult(got(hop))
    assert asked(got(hop)) == ("blue", "red")


def test_task_to_task(app: Celery) -> None:
    with whose.attributing("callers_red"):
        inner = got(app.tasks["blue.call"].delay("green.see"))
    assert asked(got(app.AsyncResult(inner))) == ("blue", "red")


def test_a_retry_keeps_the_original_caller(app: Celery) -> None:
    with whose.attributing("callers_red"):
        result = app.tasks["blue.try_again"].delay()
    assert asked(got(result)) == ("red", "red")


def test_a_chain_was_asked_for_by_who_made_it(app: Celery) -> None:
    with whose.attributing("callers_red"):
        result = chain(app.tasks["blue.see"].si(), app.tasks["green.see"].si(), app.tasks["blue.see"].si())()
    assert [asked(got(step)) for step in (result, result.parent, result.parent.parent)] == [("red", "red")] * 3


def test_a_chord_was_asked_for_by_who_made_it(app: Celery) -> None:
    with whose.attributing("callers_red"):
        header = group(app.tasks["blue.see"].si(), app.tasks["green.see"].si())
        result = chord(header, app.tasks["green.see"].si())()
    assert asked(got(result)) == ("red", "red")


def test_a_callback_was_asked_for_by_who_linked_it(app: Celery, sink: RecordingSink) -> None:
    sink.clear()
    with whose.attributing("callers_red"):
        result = app.tasks["blue.see"].apply_async(link=app.tasks["green.see"].si())
    got(result.children[0] if result.children else result)
    seen = wait_for(sink, "green.see")
    assert asked(seen) == ("red", "red")


def test_an_error_callback_was_asked_for_by_who_linked_it(app: Celery, sink: RecordingSink) -> None:
    sink.clear()
    with whose.attributing("callers_red"):
        app.tasks["blue.fails"].apply_async(link_error=app.tasks["green.see"].s())
    assert asked(wait_for(sink, "green.see")) == ("red", "red")


def wait_for(sink: RecordingSink, name: str) -> dict[str, str]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for attribution in list(sink.attributions):
            if attribution.work.name == name:
                return dict(attribution.attributes)
        time.sleep(0.02)
    pytest.fail(f"{name} did not run")


def test_a_replacement_was_asked_for_by_the_replaced_task(app: Celery) -> None:
    with whose.attributing("callers_red"):
        result = app.tasks["blue.replaced"].delay()
    assert asked(got(result)) == ("blue", "red")


def test_a_generic_task_belongs_to_who_sent_it(app: Celery) -> None:
    with whose.attributing("callers_red"):
        sent = app.tasks["blue.run_later"].delay()
    assert got(sent)["code_owner"] == "red"
    assert got(sent)["code_owner_source"] == "caller"
    assert "code_owner" not in got(app.tasks["blue.run_later"].delay())


def test_a_dispatchers_argument_names_the_owner(app: Celery) -> None:
    assert got(app.tasks["blue.dispatch"].delay("invoice"))["code_owner"] == "green"
    assert got(app.tasks["blue.dispatch"].delay("something else"))["code_owner"] == "blue"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "1",
        "1;red",
        "1;red;blue;green",
        "2;red;blue",
        7,
        ["1;red;blue"],
        {"a": 1},
        None,
        "1;nobody;nobody",
        "1;;",
        "x" * 9_000,
    ],
)
def test_a_malformed_header_is_as_good_as_none(app: Celery, header: object) -> None:
    result = app.tasks["blue.see"].apply_async(headers={HEADER: header})
    assert asked(got(result)) == (None, None)
    assert got(result)["code_owner"] == "blue"


def test_one_unknown_team_does_not_spoil_the_other(app: Celery) -> None:
    result = app.tasks["blue.see"].apply_async(headers={HEADER: "1;nobody;red"})
    assert asked(got(result)) == (None, "red")


def test_headers_of_the_users_own_stay(app: Celery) -> None:
    own = {"tenant": "7"}
    with whose.attributing("callers_red"):
        result = app.tasks["blue.see"].apply_async(headers=own)
    assert asked(got(result)) == ("red", "red")
    assert own == {"tenant": "7"}


def test_no_times_are_sent_unless_asked_for(app: Celery) -> None:
    sent: list[dict[str, Any]] = []

    def see_headers(headers: dict[str, Any], **_: object) -> None:
        sent.append(headers)

    before_task_publish.connect(see_headers)
    try:
        got(app.tasks["blue.see"].delay())
    finally:
        before_task_publish.disconnect(see_headers)
    assert "whose-sent" not in sent[0]


# From here on each test installs a configuration of its own; the worker above is no longer asked.


def test_names_with_separators_survive() -> None:
    team = "a;b %3B c"
    with installed({"mappings": {team: ["odd"]}}):
        from whose.hosts.celery.origin import Origins
        from whose.runtime import active

        origins = Origins(active().attributor.resolver)
        with whose.attributing("odd"):
            header = origins.header_to_send()
        assert header is not None
        assert origins._learn(header) == (team, team)


def test_the_guard_counts_what_is_sent_outside_all_work() -> None:
    with installed({**RULES, "mappings": {"tests": [__name__]}, "guard": True}):
        app = Celery("guarded", broker="memory://", set_as_current=False)
        app.send_task("any")
        with whose.attributing(__name__):
            app.send_task("any")
        assert whose.stats()["sent_outside_work"] == {"tests": 1}


def test_a_fork_keeps_the_work() -> None:
    with installed(RULES), whose.attributing("callers_red"):
        pid = os.fork()
        if pid == 0:
            os._exit(0 if emitted().get("code_owner") == "red" else 1)
        assert os.waitpid(pid, 0)[1] == 0


def test_a_worker_without_us_runs_what_carries_the_header() -> None:
    """Its request keeps the header, as it does every custom one, and a retry sends it on."""
    app = Celery("without", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.task_default_queue = "without"

    def see(self: Task) -> list[object]:
        if self.request.retries == 0:
            raise self.retry(countdown=0)
        return [self.request.get(HEADER), whose.current()]

    task = app.task(name="red.without", bind=True)(in_module("red", see))
    with installed(RULES), whose.attributing("callers_blue"):
        sent = task.delay()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        assert sent.get(timeout=20) == ["1;blue;blue", None]


def test_ten_thousand_bogus_senders_name_nobody_and_are_forgotten() -> None:
    with installed(RULES):
        from whose.hosts.celery.origin import Origins
        from whose.runtime import active

        origins = Origins(active().attributor.resolver)
        for number in range(10_000):
            assert origins._learn(f"1;bogus-{number};bogus-{number}") is None
        assert len(origins._read) < 5_000
        for number in range(10_000):
            with whose.attributing("callers_red"), whose.owned_by(f"bogus-{number}"):
                assert origins.header_to_send() == f"1;bogus-{number};red"
        assert len(origins._written) < 5_000
