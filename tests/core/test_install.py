"""Install is idempotent, all or nothing, and undone wholly; what was said explicitly stays."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import whose
from whose.testing import RecordingSink, installed


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WHOSE_CONFIG", raising=False)
    whose.uninstall()
    yield
    whose.uninstall()


class Attached:
    """A sink that must be attached, and may fail at it."""

    def __init__(self, *, name: str = "attached", log: list[str] | None = None, fails: str = "") -> None:
        self.name = name
        self.log: list[str] = [] if log is None else log
        self.fails = fails

    def install(self, attributor: Any) -> None:
        self._note("install")

    def uninstall(self) -> None:
        self._note("uninstall")

    def record(self, attribution: Any) -> None:
        self.log.append(f"{self.name} told of {attribution.attributes.get('code_owner')}")

    def _note(self, what: str) -> None:
        self.log.append(f"{self.name} {what}")
        if self.fails == what:
            raise OSError(f"cannot {what}")


def write(text: str) -> None:
    Path("whose.toml").write_text(text, encoding="utf-8")


def run_red() -> str | None:
    with whose.attributing("red.code") as attribution:
        return attribution.attributes.get("code_owner")


def test_installing_the_same_twice_attaches_once() -> None:
    sink = Attached()
    config = {"mappings": {"red": ["red"]}, "sinks": [sink]}
    for _ in range(3):
        whose.install(config)
    assert run_red() == "red"
    whose.uninstall()
    whose.uninstall()
    assert sink.log == ["attached install", "attached told of red", "attached uninstall"]


def test_another_configuration_detaches_the_one_before_it() -> None:
    one, two = Attached(name="one"), Attached(name="two")
    whose.install({"mappings": {"red": ["red"]}, "sinks": [one]})
    whose.install({"mappings": {"pink": ["red"]}, "sinks": [two]})
    assert run_red() == "pink"
    assert one.log == ["one install", "one uninstall"]
    assert two.log == ["two install", "two told of pink"]


def test_what_was_given_explicitly_is_not_replaced_by_a_file() -> None:
    write('mappings = { from-file = ["red"] }')
    whose.install({"mappings": {"given": ["red"]}})
    whose.install()
    assert run_red() == "given"


def test_a_file_that_changed_is_read_by_the_next_install() -> None:
    write('mappings = { before = ["red"] }')
    whose.install()
    assert run_red() == "before"
    write('mappings = { after = ["red"] }')
    whose.install()
    assert run_red() == "after"


def test_what_is_given_wins_over_a_file_key_by_key() -> None:
    write('default_owner = "somebody"\nmappings = { from-file = ["red"] }')
    whose.install({"mappings": {"given": ["red"]}})
    assert run_red() == "given"
    assert str(whose.owner_of("blue")).startswith("blue is owned by somebody")


@pytest.mark.parametrize(
    "bad",
    [
        {"mappings": "red"},
        {"mapping": {}},
        {"mappings": {"red": ["red"]}, "sinks": ["nosuchsink"]},
        {"mappings": {"red": ["a"], "blue": ["a"]}},
        ["not", "a", "mapping"],
    ],
    ids=repr,
)
def test_a_bad_configuration_leaves_in_force_what_was(bad: Any) -> None:
    sink = Attached()
    whose.install({"mappings": {"red": ["red"]}, "sinks": [sink]})
    with pytest.raises(whose.ConfigurationError):
        whose.install(bad)
    assert run_red() == "red"
    assert sink.log == ["attached install", "attached told of red"]


def test_a_bad_configuration_installs_nothing() -> None:
    with pytest.raises(whose.ConfigurationError):
        whose.install({"mappings": {"red": "red"}})
    assert whose.stats()["installed"] is False


def test_a_sink_that_cannot_be_attached_leaves_nothing_half_installed() -> None:
    log: list[str] = []
    sinks = [Attached(name="good", log=log), Attached(name="bad", log=log, fails="install")]
    with pytest.raises(OSError, match="cannot install"):
        whose.install({"mappings": {"red": ["red"]}, "sinks": sinks})
    assert log == ["good install", "bad install", "bad uninstall", "good uninstall"]
    assert whose.stats() == whose.stats() | {"installed": False, "hosts": []}
    assert run_red() is None


def test_a_sink_that_cannot_be_detached_does_not_keep_the_others(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    names = ("first", "second", "third")
    sinks = [Attached(name=name, log=log, fails="uninstall" if name == "second" else "") for name in names]
    whose.install({"sinks": sinks})
    whose.uninstall()
    assert [line for line in log if "uninstall" in line] == ["third uninstall", "second uninstall", "first uninstall"]
    assert whose.stats()["installed"] is False
    assert [record.getMessage() for record in caplog.records if "uninstalling the sink" in record.getMessage()]


def test_the_record_factory_comes_and_goes_with_us() -> None:
    before = logging.getLogRecordFactory()
    whose.install({"sinks": ["logging"]})
    assert logging.getLogRecordFactory() is not before
    whose.uninstall()
    assert logging.getLogRecordFactory() is before


def test_a_record_factory_that_came_after_ours_stays_and_hears_no_owner() -> None:
    before = logging.getLogRecordFactory()
    whose.install({"mappings": {"red": ["red"]}, "sinks": ["logging"]})
    ours = logging.getLogRecordFactory()

    def theirs(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return ours(*args, **kwargs)

    try:
        logging.setLogRecordFactory(theirs)
        whose.uninstall()
        assert logging.getLogRecordFactory() is theirs
        record = theirs("name", logging.INFO, "path", 1, "message", (), None)
        assert not hasattr(record, "code_owner")
    finally:
        logging.setLogRecordFactory(before)


def test_without_install_every_function_answers_and_nothing_is_owned() -> None:
    assert whose.owner_of("red").team is None
    assert whose.get_code_owner_from_module("red") is None
    assert run_red() is None
    assert whose.current() is None
    assert whose.attributes() == {}
    whose.set_code_owner_attribute_from_module("red")

    @whose.set_code_owner_attribute
    def work() -> str:
        return "done"

    @whose.owned_by("red")
    def declared() -> str:
        return "done"

    assert (work(), declared()) == ("done", "done")
    assert whose.stats()["installed"] is False


def test_a_work_may_outlive_the_configuration_it_began_in() -> None:
    with installed({"mappings": {"red": ["red"]}}) as sink:
        block = whose.attributing("red.code")
        block.__enter__()
    assert whose.current() is not None
    block.__exit__(None, None, None)
    assert whose.current() is None
    assert sink.owners == ["red"]


def test_each_installed_block_has_a_sink_of_its_own() -> None:
    with installed({"mappings": {"red": ["red"]}}) as outer:
        run_red()
        with installed({"mappings": {"pink": ["red"]}}) as inner:
            run_red()
    assert isinstance(outer, RecordingSink)
    assert (outer.owners, inner.owners) == (["red"], ["pink"])
