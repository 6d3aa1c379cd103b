"""The demo's own Redis, and brokers that somebody names."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from whose.demo.broker import Broker, redis_program, start_redis
from whose.demo.failure import DemoFailed
from whose.demo.interruption import Interruption
from whose.demo.processes import Processes
from whose.demo.shop import listen


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Interruption() as interruption:
        made = Processes(interruption)
        yield made
        made.end_all()


def test_its_own_redis_answers_counts_messages_and_forgets_its_queue(tmp_path: Path, processes: Processes) -> None:
    broker = start_redis(processes, folder=tmp_path)
    broker.check()
    assert broker.waiting() == 0
    with Connection(broker.url) as connection:
        connection.SimpleQueue(broker.queue).put("hello")
    assert broker.waiting() == 1
    broker.forget()
    assert broker.waiting() == 0


def test_a_broker_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(DemoFailed) as failure:
        Broker(f"redis://:geheim@127.0.0.1:{port}/0", folder=tmp_path).check()
    assert f"no broker answers at redis://:**@127.0.0.1:{port}/0" in str(failure.value)
    assert "geheim" not in str(failure.value)
    assert "--broker" in failure.value.mend


@pytest.mark.parametrize("url", ["nonsense", "gopher://localhost/", "redis://localhost:notaport/0"])
def test_a_broker_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(DemoFailed, match="no broker answers at"):
        Broker(url, folder=tmp_path).check()


def test_a_redis_that_does_not_start_shows_its_log(tmp_path: Path, processes: Processes) -> None:
    (tmp_path / "redis.sock").mkdir()
    with pytest.raises(DemoFailed) as failure:
        start_redis(processes, folder=tmp_path)
    assert "the Redis server ended with status 1" in str(failure.value)
    assert "Is a directory" in failure.value.log or "Address already in use" in failure.value.log


def test_without_any_redis_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(DemoFailed, match="there is no Redis server"):
        redis_program()


def test_each_run_has_a_queue_of_its_own(tmp_path: Path) -> None:
    url = "redis://localhost/"
    assert Broker(url, folder=tmp_path).queue != Broker(url, folder=tmp_path).queue


def test_results_go_to_files_where_the_broker_keeps_none(tmp_path: Path) -> None:
    assert Broker("redis://localhost/", folder=tmp_path).results == "redis://localhost/"
    assert Broker("amqp://localhost//", folder=tmp_path).results == f"file://{tmp_path}/results"
    assert (tmp_path / "results").is_dir()
