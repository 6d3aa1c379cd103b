"""Run the project ``signals_project`` once: a worker and what is sent to it, or a site and what is asked of it."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.agents.launchers.processes import Started, free_port, inherited_environment, listens, run
from tests.agents.launchers.redis import RedisServer
from tests.agents.receivers.http import HttpReceiver

PROJECT = Path(__file__).parents[1] / "signals_project"
PROGRAMS = Path(sys.executable).parent
#: All three signals, soon.
EXPORTING = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_METRIC_EXPORT_INTERVAL": "500",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "OTEL_BLRP_SCHEDULE_DELAY": "200",
}


def run_tasks(worker: Sequence[str], *, environment: Mapping[str, str], directory: Path) -> None:
    """Have a worker, started by a command that ends where ``celery``'s arguments begin, run every task."""
    peer = HttpReceiver(lambda *_: None, status=200, answer=b"")
    with RedisServer(directory) as redis, peer:
        settings = _environment(SIGNALS_REDIS=redis.url, SIGNALS_PEER=f"http://{peer.address}")
        chatter = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "info")
        with Started(
            [*worker, *chatter],
            log=directory / "worker.log",
            environment=settings | dict(environment),
            cwd=PROJECT,
            ready_line="nobody.tasks.sweep",
        ) as started:
            started.await_ready()
            run(
                [sys.executable, str(PROJECT / "send.py")],
                log=directory / "send.log",
                environment=settings,
                cwd=PROJECT,
            )


def run_requests(server: Sequence[str], *, environment: Mapping[str, str], directory: Path) -> None:
    """Have a server, started by a command in which ``{port}`` stands for the port, answer every request."""
    peer = HttpReceiver(lambda *_: None, status=200, answer=b"")
    port = free_port()
    with RedisServer(directory) as redis, peer:
        settings = _environment(
            SIGNALS_REDIS=redis.url, SIGNALS_PEER=f"http://{peer.address}", DJANGO_SETTINGS_MODULE="site_settings"
        )
        with Started(
            [word.format(port=port) for word in server],
            log=directory / "server.log",
            environment=settings | dict(environment),
            cwd=PROJECT,
            is_ready=listens(port),
        ) as started:
            started.await_ready()
            for path in ("/checkout/", "/about/"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", path)
                assert connection.getresponse().status == 200, path
                connection.close()


def _environment(**settings: str) -> dict[str, str]:
    return inherited_environment() | {"PYTHONPATH": str(PROJECT), **settings}
