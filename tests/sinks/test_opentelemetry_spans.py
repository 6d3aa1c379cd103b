"""Every span of the SDK that starts in a work carries the work's owner, whoever makes its provider, and when."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry.sdk.trace import ConcurrentMultiSpanProcessor, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, Tracer

import whose
from whose.attribution import _current
from whose.entrances import Scope
from whose.sinks.opentelemetry import OpenTelemetrySink
from whose.sinks.opentelemetry_processor import CodeOwnerSpanProcessor
from whose.testing import installed

RULES: dict[str, Any] = {
    "mappings": {"team-red": ["red"], "team-blue": ["blue"]},
    "teams": {"team-red": {"levels": {"theme": "warm"}}},
}
CONFIG = {**RULES, "sinks": ["opentelemetry"]}
RED = {
    "code_owner": "team-red",
    "code_owner_theme": "warm",
    "code_owner_module": "red",
    "code_owner_source": "mapping",
}


class Exported:
    """A tracer of a provider of its own, and the attributes of the spans that left it, by name."""

    def __init__(self, provider: TracerProvider | None = None, *, scope: str = "tests") -> None:
        self.provider = provider or TracerProvider()
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer: Tracer = self.provider.get_tracer(scope)

    def of(self, name: str) -> Mapping[str, Any]:
        [found] = [span for span in self._exporter.get_finished_spans() if span.name == name]
        return dict(found.attributes or {})


@pytest.fixture
def exported() -> Exported:
    return Exported()


@pytest.fixture
def whose_installed() -> Iterator[None]:
    with installed(CONFIG):
        yield


def test_a_provider_made_before_installing_and_one_made_after_are_both_served(exported: Exported) -> None:
    with installed(CONFIG), whose.attributing("red"):
        later = Exported()
        exported.tracer.start_span("SELECT", kind=SpanKind.CLIENT, attributes={"db.system": "sqlite"}).end()
        with later.tracer.start_as_current_span("publish", kind=SpanKind.PRODUCER):
            pass
    assert exported.of("SELECT") == {"db.system": "sqlite", **RED}
    assert later.of("publish") == RED


def test_a_span_outside_all_work_carries_nothing(exported: Exported, whose_installed: None) -> None:
    exported.tracer.start_span("outside").end()
    assert exported.of("outside") == {}


def test_work_that_nobody_owns_says_so(exported: Exported, whose_installed: None) -> None:
    with whose.attributing("nobodys.code"):
        exported.tracer.start_span("inside").end()
    assert exported.of("inside") == {"code_owner_module": "nobodys.code", "code_owner_source": "none"}


def test_spans_after_nested_work_carry_the_outer_owner_again(exported: Exported, whose_installed: None) -> None:
    with whose.attributing("red"):
        with whose.attributing("blue"):
            exported.tracer.start_span("within").end()
        exported.tracer.start_span("after").end()
    assert exported.of("within")["code_owner"] == "team-blue"
    assert exported.of("after") == RED


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (SpanKind.CONSUMER, "opentelemetry.instrumentation.celery"),
        (SpanKind.SERVER, "opentelemetry.instrumentation.grpc"),
        (SpanKind.INTERNAL, "opentelemetry.instrumentation.django"),
    ],
)
def test_the_span_of_work_inside_other_work_has_the_inner_owner_alone(
    kind: SpanKind, scope: str, whose_installed: None
) -> None:
    exported = Exported(scope=scope)
    with (
        whose.attributing("red"),
        exported.tracer.start_as_current_span("entry", kind=kind),
        whose.attributing("nobodys.code"),
    ):
        pass
    assert exported.of("entry") == {
        "code_owner_module": "nobodys.code",
        "code_owner_source": "none",
        "code_owner_caller": "team-red",
        "code_owner_root": "team-red",
    }


def test_an_entry_span_is_written_once(whose_installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    original = Span.set_attributes

    def counting(self: Any, attributes: Any) -> None:
        written.append(self.name)
        original(self, attributes)

    monkeypatch.setattr(Span, "set_attributes", counting)
    exported = Exported()
    with exported.tracer.start_as_current_span("entry", kind=SpanKind.CONSUMER), whose.attributing("red"):
        exported.tracer.start_span("SELECT").end()
    assert written == ["entry", "SELECT"]


def test_names_of_keys_are_those_configured(exported: Exported) -> None:
    keys = {"code_owner": "owner", "opentelemetry": {"code_owner_theme": "theme"}}
    with installed({**CONFIG, "keys": keys}), whose.attributing("red"):
        exported.tracer.start_span("SELECT").end()
    found = exported.of("SELECT")
    assert found["owner"] == "team-red"
    assert found["theme"] == "warm"
    assert "code_owner" not in found


def test_an_owner_that_the_user_gave_a_span_stays(exported: Exported, whose_installed: None) -> None:
    with whose.attributing("red"):
        exported.tracer.start_span("SELECT", attributes={"code_owner": "theirs"}).end()
    assert exported.of("SELECT") == {"code_owner": "theirs"}


def test_a_span_that_is_not_sampled_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []
    monkeypatch.setattr("whose.sinks.opentelemetry_spans.StartedSpans.own", lambda *args: looked_at.append(args))
    with installed(CONFIG), whose.attributing("red"):
        TracerProvider(sampler=ALWAYS_OFF).get_tracer("tests").start_span("unsampled").end()
        assert not looked_at
        TracerProvider().get_tracer("tests").start_span("sampled").end()
        assert looked_at


def test_other_processors_see_the_owner_already_when_the_span_starts(whose_installed: None) -> None:
    seen: list[Any] = []

    class Seeing(SpanProcessor):
        def on_start(self, span: Span, parent_context: Any = None) -> None:
            seen.append(dict(span.attributes or {}))

    provider = TracerProvider()
    provider.add_span_processor(Seeing())
    with whose.attributing("red"):
        provider.get_tracer("tests").start_span("SELECT").end()
    assert seen == [RED]


def test_a_provider_whose_processors_run_in_threads_is_served(whose_installed: None) -> None:
    exported = Exported(TracerProvider(active_span_processor=ConcurrentMultiSpanProcessor(2)))
    with whose.attributing("red"):
        exported.tracer.start_span("SELECT").end()
    exported.provider.shutdown()
    assert exported.of("SELECT") == RED


def test_spans_of_an_executors_thread_belong_to_the_work_that_submitted(
    exported: Exported, whose_installed: None
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with whose.attributing("red"):
            pool.submit(lambda: exported.tracer.start_span("SELECT").end()).result()
        pool.submit(lambda: exported.tracer.start_span("later").end()).result()
    assert exported.of("SELECT") == RED
    assert exported.of("later") == {}


def test_uninstalling_leaves_everything_as_it_was(exported: Exported) -> None:
    before = vars(Span)["start"]
    with installed(CONFIG), whose.attributing("red"):
        assert vars(Span)["start"] is not before
        whose.uninstall()
        assert vars(Span)["start"] is before
        exported.tracer.start_span("afterwards").end()
    assert exported.of("afterwards") == {}


def test_a_wrapper_that_somebody_else_still_holds_does_nothing_once_uninstalled(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(CONFIG), whose.attributing("red"):
        ours = vars(Span)["start"]
        monkeypatch.setattr(Span, "start", lambda self, *args, **kwargs: ours(self, *args, **kwargs))
        whose.uninstall()
        exported.tracer.start_span("afterwards").end()
    assert exported.of("afterwards") == {}


def test_a_failure_of_ours_never_reaches_the_code_that_starts_a_span(
    exported: Exported, whose_installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(Span, "set_attributes", failing)
    with whose.attributing("red"):
        exported.tracer.start_span("SELECT").end()
    assert exported.of("SELECT") == {}
    assert whose.stats()["contained_errors"]


class TestARequestWhoseViewIsNotFoundYet:
    """Between its beginning and that moment there is a Scope without an attribution."""

    def test_open_spans_get_the_owner_once_it_is_known_and_ended_ones_stay(
        self, exported: Exported, caplog: pytest.LogCaptureFixture
    ) -> None:
        sink = OpenTelemetrySink()
        with installed({**RULES, "sinks": [sink]}):
            scope = Scope(None)
            token = _current.set(scope)
            exported.tracer.start_span("ended").end()
            with exported.tracer.start_as_current_span("middleware"):
                with exported.tracer.start_as_current_span("entry", kind=SpanKind.SERVER):
                    self.find_view(scope, sink)
                exported.tracer.start_span("SELECT").end()
            _current.reset(token)
        assert exported.of("ended") == {}
        assert not caplog.messages
        assert exported.of("middleware") == exported.of("entry") == exported.of("SELECT") == RED

    def test_one_request_leaves_nothing_for_the_next(self, exported: Exported) -> None:
        sink = OpenTelemetrySink()
        with installed({**RULES, "sinks": [sink]}), exported.tracer.start_as_current_span("never settled"):
            outer = _current.set(Scope(None))
            span = exported.tracer.start_span("of the first")
            _current.reset(outer)
            scope = Scope(None)
            token = _current.set(scope)
            self.find_view(scope, sink)
            _current.reset(token)
            span.end()
        assert exported.of("of the first") == {}

    @staticmethod
    def find_view(scope: Scope, sink: OpenTelemetrySink) -> None:
        with whose.attributing("red") as found:
            pass
        attribution = type(found)(found.work, found.ownership)
        scope.attribution = attribution
        sink.record(attribution)


class TestTheProcessorAddedByHand:
    def test_it_owns_the_spans_of_its_provider_alone(self, exported: Exported) -> None:
        other = Exported()
        exported.provider.add_span_processor(CodeOwnerSpanProcessor())
        with installed({**RULES, "sinks": [], "keys": {"code_owner": "owner"}}), whose.attributing("red"):
            exported.tracer.start_span("SELECT").end()
            other.tracer.start_span("SELECT").end()
        assert exported.of("SELECT")["owner"] == "team-red"
        assert other.of("SELECT") == {}

    def test_beside_the_sink_it_changes_nothing(self, exported: Exported, whose_installed: None) -> None:
        exported.provider.add_span_processor(CodeOwnerSpanProcessor())
        with whose.attributing("red"):
            exported.tracer.start_span("SELECT").end()
        exported.tracer.start_span("outside").end()
        assert exported.of("SELECT") == RED
        assert exported.of("outside") == {}


def test_works_of_many_threads_keep_their_spans_apart(exported: Exported, whose_installed: None) -> None:
    ready = threading.Barrier(2)

    def work(owner: str) -> None:
        with whose.attributing(owner):
            for number in range(200):
                ready.wait()
                exported.tracer.start_span(f"{owner} {number}").end()

    threads = [threading.Thread(target=work, args=(owner,)) for owner in ("red", "blue")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for owner in ("red", "blue"):
        assert {exported.of(f"{owner} {number}")["code_owner"] for number in range(200)} == {f"team-{owner}"}
