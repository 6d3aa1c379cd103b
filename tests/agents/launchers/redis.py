"""A Redis server of the test's own."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from tests.agents.launchers.processes import ProcessFailed, Started, free_port, listens


class RedisServer(AbstractContextManager["RedisServer"]):
    """Serves on a free port from the beginning of the block to its end."""

    def __init__(self, directory: Path) -> None:
        """Keep the server's log in ``directory``; nothing else is written."""
        self._port = free_port()
        program = shutil.which("redis-server")
        if program is None:
            raise ProcessFailed("redis-server is not on PATH: install Debian's package redis-server")
        self._process = Started(
            [program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            log=directory / "redis.log",
            environment=os.environ,
            cwd=directory,
            is_ready=listens(self._port),
        )

    def __enter__(self) -> Self:
        self._process.__enter__()
        try:
            self._process.await_ready()
        except ProcessFailed as failure:
            self._process.__exit__(type(failure), failure, failure.__traceback__)
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.__exit__(*failure)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """Return the URL of the server's first database."""
        return f"redis://127.0.0.1:{self._port}/0"
