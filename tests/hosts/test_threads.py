"""A work goes on in what it starts: executors, threads, asyncio, greenlets, forks; and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

import whose
from whose.testing import installed

RULES = {"mappings": {"red": [__name__, "elsewhere"]}}


def owner() -> str | None:
    return whose.attributes().get("code_owner")


def in_executor(function: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result()


def in_map(function: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as executor:
        return next(iter(executor.map(lambda _: function(), [1])))


def in_thread(function: Callable[[], Any]) -> Any:
    answers: list[Any] = []

    def target() -> None:
        answers.append(function())

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return answers[0]


def in_to_thread(function: Callable[[], Any]) -> Any:
    return asyncio.run(asyncio.to_thread(function))


def in_run_in_executor(function: Callable[[], Any]) -> Any:
    async def main() -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, function)

    return asyncio.run(main())


def in_sync_to_async(function: Callable[[], Any]) -> Any:
    return asyncio.run(sync_to_async(function)())


def in_thread_insensitive_sync_to_async(function: Callable[[], Any]) -> Any:
    return asyncio.run(sync_to_async(function, thread_sensitive=False)())


def in_async_to_sync(function: Callable[[], Any]) -> Any:
    async def main() -> Any:
        return function()

    return async_to_sync(main)()


def in_asyncio_task(function: Callable[[], Any]) -> Any:
    async def call() -> Any:
        return function()

    async def main() -> Any:
        return await asyncio.create_task(call())

    return asyncio.run(main())


WAYS = [
    in_executor, in_map, in_thread, in_to_thread, in_run_in_executor, in_sync_to_async,
    in_thread_insensitive_sync_to_async, in_async_to_sync, in_asyncio_task,
]  # fmt: skip


@pytest.fixture(autouse=True)
def rules() -> Iterator[None]:
    with installed(RULES):
        yield


@pytest.mark.parametrize("start", WAYS)
def test_what_a_work_starts_belongs_to_it(start: Callable[[Callable[[], Any]], Any]) -> None:
    with whose.attributing("elsewhere"):
        assert start(owner) == "red"


@pytest.mark.parametrize("start", WAYS)
def test_outside_all_work_nothing_is_carried(start: Callable[[Callable[[], Any]], Any]) -> None:
    assert start(owner) is None


def test_a_worker_thread_of_an_executor_forgets_the_work_that_started_it() -> None:
    with ThreadPoolExecutor(1) as executor:
        with whose.attributing("elsewhere"):
            assert executor.submit(owner).result() == "red"
        assert executor.submit(owner).result() is None


def test_a_thread_of_code_that_nobody_owns_is_none_of_the_work() -> None:
    seen: list[Any] = []
    done = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(owner())
            done.set()

    from logging.handlers import QueueListener
    from queue import SimpleQueue

    queue: SimpleQueue[Any] = SimpleQueue()
    listener = QueueListener(queue, Handler())
    with whose.attributing("elsewhere"):
        listener.start()
        queue.put(logging.makeLogRecord({"msg": "later"}))
        assert done.wait(10)
    listener.stop()
    assert seen == [None]


def test_a_finished_thread_holds_nothing() -> None:
    with whose.attributing("elsewhere"):
        thread = threading.Thread(target=owner)
        thread.start()
        thread.join()
    assert "run" not in vars(thread)


def fails() -> None:
    raise ValueError("in a pool")


def test_tracebacks_of_futures_do_not_show_us() -> None:
    with whose.attributing("elsewhere"), ThreadPoolExecutor(1) as executor:
        error = executor.submit(fails).exception()
    text = "".join(traceback.format_exception(error))
    assert "whose/" not in text
    assert "fails" in text


GREENLETS = """
import warnings
warnings.simplefilter("ignore")
import {library}
import whose
from whose.testing import installed
with installed({{"mappings": {{"red": ["elsewhere"]}}}}):
    with whose.attributing("elsewhere"):
        inside = {start}
    print(inside, {start})
"""


@pytest.mark.parametrize(
    ("library", "start"),
    [
        ("gevent", "gevent.spawn(lambda: whose.attributes().get('code_owner')).get()"),
        ("gevent.pool", "gevent.pool.Pool(1).spawn(lambda: whose.attributes().get('code_owner')).get()"),
        ("eventlet", "eventlet.spawn(lambda: whose.attributes().get('code_owner')).wait()"),
        ("eventlet", "eventlet.GreenPool(1).spawn(lambda: whose.attributes().get('code_owner')).wait()"),
    ],
)
def test_greenlets_belong_to_the_work_that_spawns_them(library: str, start: str) -> None:
    program = GREENLETS.format(library=library, start=start)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "red None\n", done.stderr


def test_uninstalling_leaves_threads_and_executors_as_they_were() -> None:
    whose.uninstall()
    before = threading.Thread.start, ThreadPoolExecutor.submit
    with installed(RULES):
        assert (threading.Thread.start, ThreadPoolExecutor.submit) != before
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == before
