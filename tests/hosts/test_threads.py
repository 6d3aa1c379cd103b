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
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

import whose
from tests.frames import OUR_CODE
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


def test_a_thread_that_starts_only_at_the_second_attempt_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    owners: list[Any] = []

    def target() -> None:
        owners.append(owner())

    with whose.attributing("elsewhere"):
        thread = threading.Thread(target=target)
        with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="can't start"):
            patched.setattr(threading, "_start_new_thread", refuse)
            thread.start()
        thread.start()
        thread.join()
    assert owners == ["red"]


def fails() -> None:
    raise ValueError("in a pool")


@pytest.mark.parametrize("is_in_work", [True, False])
def test_what_is_refused_shows_no_frame_of_ours(is_in_work: bool) -> None:
    def refused(start: Callable[[], object]) -> None:
        with pytest.raises(RuntimeError) as raised:
            start()
        assert OUR_CODE not in "".join(traceback.format_exception(raised.value))

    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    thread = threading.Thread(target=owner)
    thread.start()
    thread.join()
    with whose.attributing("elsewhere") if is_in_work else nullcontext():
        refused(lambda: executor.submit(owner))
        refused(thread.start)


def test_tracebacks_of_futures_do_not_show_us() -> None:
    with whose.attributing("elsewhere"), ThreadPoolExecutor(1) as executor:
        error = executor.submit(fails).exception()
    text = "".join(traceback.format_exception(error))
    assert OUR_CODE not in text
    assert "fails" in text


GREENLETS = """
import sys, threading, warnings
warnings.simplefilter("ignore")
import whose
from whose.testing import installed
{before}
def owner(*_):
    return whose.attributes().get("code_owner")

def mine(start):
    owners = []
    start(lambda *_: owners.append(owner()))
    while not owners:
        library.sleep(0.001)
    return owners[0]

with installed({{"mappings": {{"red": ["elsewhere"]}}, "sinks": []}}):
    import {module} as module
    import {library} as library
    with whose.attributing("elsewhere"):
        inside = {start}
    print(inside, {start})
patched = [
    f"{{module.__name__}}.{{name}}"
    for module in list(sys.modules.values())
    for name, value in list(vars(module).items())
    if getattr(getattr(value, "__code__", None), "co_filename", "").find("whose/hosts/threads/") > 0
    and not module.__name__.startswith("whose")
]
print(patched)
"""
WAYS_OF_GREENLETS = [
    ("gevent", "module.spawn(owner).get()"),
    ("gevent", "mine(lambda call: module.spawn_later(0, call))"),
    ("gevent", "mine(module.spawn_raw)"),
    ("gevent.pool", "module.Pool(1).spawn(owner).get()"),
    ("gevent.pool", "module.Group().map(owner, [1])[0]"),
    ("gevent.threadpool", "library.get_hub().threadpool.spawn(owner).get()"),
    ("gevent.threadpool", "library.get_hub().threadpool.apply(owner)"),
    ("gevent.threadpool", "module.ThreadPoolExecutor(1).submit(owner).result()"),
    ("eventlet", "module.spawn(owner).wait()"),
    ("eventlet", "mine(module.spawn_n)"),
    ("eventlet", "mine(lambda call: module.spawn_after(0, call))"),
    ("eventlet.greenpool", "module.GreenPool(1).spawn(owner).wait()"),
    ("eventlet.greenpool", "mine(module.GreenPool(1).spawn_n)"),
    ("eventlet.tpool", "module.execute(owner)"),
]


@pytest.mark.parametrize("before", ["", "import {module}"], ids=["imported later", "imported first"])
@pytest.mark.parametrize(("module", "start"), WAYS_OF_GREENLETS)
def test_greenlets_belong_to_the_work_that_spawns_them(module: str, start: str, before: str) -> None:
    library = module.partition(".")[0]
    program = GREENLETS.format(module=module, library=library, start=start, before=before.format(module=module))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "red None\n[]\n", done.stderr


PATCHED_THREADS = """
import warnings
warnings.simplefilter("ignore")
{patch}
import threading, time
from concurrent.futures import ThreadPoolExecutor
import whose
from whose.testing import installed

seen = []

def owned():
    seen.append(whose.attributes().get("code_owner"))

def alien():
    seen.append(whose.attributes().get("code_owner"))

alien.__module__ = "an.exporter"
with installed({{"mappings": {{"red": ["__main__"]}}, "sinks": []}}):
    with whose.attributing("__main__"), ThreadPoolExecutor(1) as executor:
        for target in (owned, alien):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        executor.submit(alien).result()
print(seen)
"""


@pytest.mark.parametrize(
    "patch", ["", "import gevent.monkey; gevent.monkey.patch_all()", "import eventlet; eventlet.monkey_patch()"]
)
def test_a_greenlet_that_stands_in_for_a_thread_is_treated_like_one(patch: str) -> None:
    program = PATCHED_THREADS.format(patch=patch)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "['red', None, 'red']\n", done.stderr


PROCESSES = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import whose
from whose.testing import installed

def owner(*_):
    return whose.attributes().get("code_owner")

def send(connection):
    connection.send(owner())

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with installed({"mappings": {"red": ["__main__"]}, "sinks": []}):
        with whose.attributing("__main__"), ProcessPoolExecutor(1, mp_context=context) as pool:
            ours, theirs = context.Pipe()
            process = context.Process(target=send, args=(theirs,))
            process.start()
            print(ours.recv())
            process.join()
            print(pool.submit(owner).result())
        with context.Pool(1) as pool:
            print(pool.map(owner, [1]))
"""


def test_a_forked_process_is_a_part_of_the_work_and_the_workers_of_a_pool_are_not(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROCESSES)
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert done.stdout == "red\nNone\n[None]\n", done.stderr


def test_uninstalling_leaves_threads_and_executors_as_they_were() -> None:
    whose.uninstall()
    before = threading.Thread.start, ThreadPoolExecutor.submit
    with installed(RULES):
        assert (threading.Thread.start, ThreadPoolExecutor.submit) != before
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == before
