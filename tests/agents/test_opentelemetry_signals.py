"""Spans, log records and metrics of tasks and requests, as a receiver gets them from programs that know no whose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.signals import EXPORTING, PROGRAMS, PROJECT, run_requests, run_tasks
from tests.agents.receivers.otlp import OtlpReceiver, ReceivedSpan, Signals
from tests.agents.receivers.otlp_grpc import OtlpGrpcReceiver

INSTRUMENT = str(PROGRAMS / "opentelemetry-instrument")
WORKER = (str(PROGRAMS / "celery"), "-A", "shop", "worker")
GUNICORN = (str(PROGRAMS / "gunicorn"), "--bind", "127.0.0.1:{port}", "--workers", "1", "site_wsgi")
UVICORN = (str(PROGRAMS / "python"), str(PROJECT / "serve_asgi.py"), "{port}")
IN_CODE = (str(PROGRAMS / "python"), "-P", str(Path(__file__).with_name("launchers") / "opentelemetry_run.py"))
RED, BLUE, NOBODY = "team-red", "team-blue", "nobody"

#: Who owns the spans that frameworks' instrumentations open: the code that runs in them, or that sends.
OWNERS = {
    "run/red.tasks.restock": RED,
    "run/blue.tasks.ship": BLUE,
    "run/blue.tasks.lose": BLUE,
    "run/nobody.tasks.sweep": NOBODY,
    "apply_async/blue.tasks.ship": RED,
    "apply_async/red.tasks.restock": RED,
    "GET checkout/": RED,
    "GET about/": NOBODY,
}
#: How often the team's code does its everyday work: each time a span of its own, a query and an HTTP request.
WORKS_OF_TASKS = {RED: 2, BLUE: 3, NOBODY: 1}
WORKS_OF_REQUESTS = {RED: 2, BLUE: 1, NOBODY: 1}
SPANS_OF_TASKS = (
    "run/red.tasks.restock",
    *2 * ("run/blue.tasks.ship",),
    "run/blue.tasks.lose",
    "run/nobody.tasks.sweep",
)
SPANS_OF_REQUESTS = ("GET checkout/", "GET about/", "run/blue.tasks.ship", "apply_async/red.tasks.restock")


_SAYING = {
    "own": r"^own of (\S+)$",
    "log": r"^log of ([a-z-]+)$",
    "query": r"owner is ([\w-]+)",
    "call": r"http://\S+?/([a-z-]+)$",
}


def owner_named_in(span: ReceivedSpan) -> tuple[str, str] | None:
    """Return what a span is of the everyday work, and whose it says it is."""
    text = "\n".join([span.name, *(str(value) for value in span.attributes.values())])
    for what, pattern in _SAYING.items():
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return what, found[1]
    return None


def told(attributes: Mapping[str, Any]) -> str | None:
    """Return the owner that attributes tell; None where they tell nothing at all."""
    owner = attributes.get("code_owner")
    # Logfire writes the fields that a log record has in any case as JSON.
    if owner is None or owner == "null":
        return NOBODY if attributes.get("code_owner_source") == "none" else None
    assert attributes.get("code_owner_theme") == ("warm" if owner == RED else None)
    return str(owner)


def complaints(
    signals: Signals,
    *,
    works: Mapping[str, int],
    spans: Iterable[str],
    whats: tuple[str, ...] = ("own", "query", "call"),
) -> list[str]:
    """Return what is missing, surplus, unattributed or wrong among the spans."""
    found: list[str] = []
    seen: Counter[tuple[str, str]] = Counter()
    for span in signals.spans():
        if span.attributes.get("logfire.span_type") == "log" and owner_named_in(span) is None:
            continue  # of a log record that a library wrote
        what, owner = owner_named_in(span) or (span.name, OWNERS.get(span.name, "nothing known"))
        seen[what, owner] += 1
        if told(span.attributes) != owner:
            found.append(f"{span.name}: {owner} expected, {dict(span.attributes)} received")
    wanted = Counter({(what, owner): count for owner, count in works.items() for what in whats})
    wanted.update((name, OWNERS[name]) for name in spans)
    return found + [f"missing: {pair}" for pair in wanted - seen] + [f"surplus: {pair}" for pair in seen - wanted]


def complaints_of_logs(signals: Signals, *, works: Mapping[str, int]) -> list[str]:
    """Return the same of the log records that the teams' code wrote."""
    ours = [log for log in signals.logs() if str(log.body).startswith("log of ")]
    found = [
        f"{log.body}: {dict(log.attributes)}"
        for log in ours
        if told(log.attributes) != str(log.body).removeprefix("log of ") or not log.span_id
    ]
    seen = Counter(str(log.body).removeprefix("log of ") for log in ours)
    return found if seen == Counter(works) else [*found, f"logs of {seen} instead of {works}"]


def series(signals: Signals) -> set[tuple[tuple[str, Any], ...]]:
    """Return the attributes of the user's own counter."""
    return {tuple(sorted(point.attributes.items())) for point in signals.points() if point.metric == "everyday.visits"}


SERIES = {(), (("code_owner", BLUE),), (("code_owner", RED), ("code_owner_theme", "warm"))}


@pytest.mark.parametrize("pool", ["prefork", pytest.param("threads", marks=pytest.mark.slow)])
def test_every_signal_of_a_worker_under_opentelemetry_instrument_carries_its_owner(pool: str, tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        run_tasks(
            (INSTRUMENT, *WORKER, "-P", pool, "-c", "1"),
            environment=receiver.environment | EXPORTING,
            directory=tmp_path,
        )
    assert not complaints(receiver, works=WORKS_OF_TASKS, spans=(*SPANS_OF_TASKS, "apply_async/blue.tasks.ship"))
    assert not complaints_of_logs(receiver, works=WORKS_OF_TASKS)
    assert series(receiver) == SERIES


def test_every_signal_of_a_site_under_opentelemetry_instrument_carries_its_owner(tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        run_requests((INSTRUMENT, *GUNICORN), environment=receiver.environment | EXPORTING, directory=tmp_path)
    assert not complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS)
    assert not complaints_of_logs(receiver, works=WORKS_OF_REQUESTS)
    assert series(receiver) == SERIES


@pytest.mark.slow
def test_every_signal_of_an_asgi_site_carries_its_owner(tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        run_requests((INSTRUMENT, *UVICORN), environment=receiver.environment | EXPORTING, directory=tmp_path)
    assert not complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS)
    assert not complaints_of_logs(receiver, works=WORKS_OF_REQUESTS)
    assert series(receiver) == SERIES


def test_with_our_instrumentor_disabled_nothing_carries_an_owner(tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        disabled = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "whose"}
        run_requests(
            (INSTRUMENT, *GUNICORN), environment=receiver.environment | EXPORTING | disabled, directory=tmp_path
        )
    received = [dict(one.attributes) for kept in (receiver.spans(), receiver.logs(), receiver.points()) for one in kept]
    assert len(complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS)) == len(receiver.spans()) > 0
    assert receiver.logs()
    assert receiver.points()
    assert not [attributes for attributes in received if any(key.startswith("code_owner") for key in attributes)]


@pytest.mark.slow
def test_the_same_of_a_worker_over_grpc(tmp_path: Path) -> None:
    with OtlpGrpcReceiver() as receiver:
        run_tasks(
            (INSTRUMENT, *WORKER, "-P", "threads", "-c", "2"),
            environment=receiver.environment | EXPORTING,
            directory=tmp_path,
        )
    assert not complaints(receiver, works=WORKS_OF_TASKS, spans=(*SPANS_OF_TASKS, "apply_async/blue.tasks.ship"))
    assert not complaints_of_logs(receiver, works=WORKS_OF_TASKS)
    assert series(receiver) == SERIES


@pytest.mark.slow
def test_the_same_of_a_site_over_grpc(tmp_path: Path) -> None:
    with OtlpGrpcReceiver() as receiver:
        run_requests((INSTRUMENT, *GUNICORN), environment=receiver.environment | EXPORTING, directory=tmp_path)
    assert not complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS)
    assert not complaints_of_logs(receiver, works=WORKS_OF_REQUESTS)
    assert series(receiver) == SERIES


@pytest.mark.slow
def test_every_span_of_a_worker_that_sets_the_sdk_up_in_code_carries_its_owner(tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        run_tasks(
            (*IN_CODE, "celery", *WORKER, "-P", "prefork", "-c", "1"),
            environment=receiver.environment | {"SIGNALS_IN_CODE": "yes"},
            directory=tmp_path,
        )
    spans = (*SPANS_OF_TASKS, "apply_async/blue.tasks.ship")
    assert not complaints(receiver, works=WORKS_OF_TASKS, spans=spans, whats=("own", "query"))


@pytest.mark.slow
def test_every_span_of_a_site_that_sets_the_sdk_up_in_code_carries_its_owner(tmp_path: Path) -> None:
    with OtlpReceiver() as receiver:
        run_requests(
            (*IN_CODE, "django", *GUNICORN),
            environment=receiver.environment | {"SIGNALS_IN_CODE": "yes"},
            directory=tmp_path,
        )
    assert not complaints(receiver, works=WORKS_OF_REQUESTS, spans=SPANS_OF_REQUESTS, whats=("own", "query"))
