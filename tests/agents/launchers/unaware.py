"""Start programs of the project ``unaware_project``, send its tasks and ask its site."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.agents.launchers.processes import Started, free_port, listens

PROJECT = Path(__file__).parents[1] / "unaware_project"
PROGRAMS = Path(sys.executable).parent
#: Settings of agents and of ours that the surrounding environment must not add.
_AGENTS = ("NEW_RELIC_", "OTEL_", "DD_", "SENTRY_", "ELASTIC_", "WHOSE_")
_CHATTER = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def environment(redis_url: str, **settings: str) -> dict[str, str]:
    """Return the environment of the project's programs."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_AGENTS)}
    path = os.pathsep.join((str(PROGRAMS), os.environ.get("PATH", "")))
    shop = {"SHOP_REDIS": redis_url, "DJANGO_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": str(PROJECT)}
    return inherited | shop | {"PATH": path, "PYTHONUNBUFFERED": "1"} | settings


def worker(command: Sequence[str], *, settings: Mapping[str, str], log: Path) -> Started:
    """Return the worker that a command starts; it ends where ``celery``'s own arguments may follow."""
    command = [*command, *_CHATTER, "-l", "info"]
    return Started(command, log=log, environment=settings, cwd=PROJECT, ready_line="red.tasks.spill")


class Site(Started):
    """A server of the site, started by a command in which ``{port}`` stands for its port."""

    def __init__(self, command: Sequence[str], *, settings: Mapping[str, str], log: Path, status: int = 0) -> None:
        """Describe the server; ``status`` is what it ends with at SIGTERM, by itself."""
        self._port = port = free_port()
        filled = [word.format(port=port) for word in command]
        super().__init__(filled, log=log, environment=settings, cwd=PROJECT, is_ready=listens(port), statuses=(status,))

    def ask(self, path: str) -> Any:
        """Return what a view answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class Sending:
    """A task that was sent by a process of its own, which waits for it."""

    def __init__(self, *words: str, settings: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(PROGRAMS / "python"), "send.py", *words],
            env=dict(settings),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._read = partial(self._process.stdout.readline)
        assert self._read() == "sent\n"

    def result(self) -> Any:
        """Return what the task returned."""
        with self._process:
            return json.loads(self._read())
