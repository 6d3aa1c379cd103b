"""Starts the shop: its database, its site and its worker, each under OpenTelemetry."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whose.demo.broker import Broker
from whose.demo.failure import DemoFailed
from whose.demo.processes import Processes, Program, Started
from whose.demo.shop_files import Project

#: Prefixes of variables that would change what runs here, were they handed on.
_KEPT_OUT = ("CELERY_", "DJANGO_", "GUNICORN_", "NEW_RELIC_", "OTEL_", "SENTRY_", "DD_", "SHOP_", "WHOSE_")
_SECONDS_TO_START = 60.0
#: Milliseconds after which spans leave a process; short, so that progress is live and little is left at the end.
_EXPORT_EVERY = 200
_REPORT = "this is a defect of whose, or a mismatch of versions: report it with the log above"


@dataclass(frozen=True, slots=True)
class Shop:
    """The running shop."""

    site: Started
    worker: Started
    port: int

    def check(self) -> None:
        """Raise DemoFailed if a part of the shop has ended."""
        self.site.check()
        self.worker.check()


class ShopPlan:
    """Knows how the parts of the shop are started."""

    def __init__(self, project: Project, *, broker: Broker, endpoint: str, folder: Path) -> None:
        self._project = project
        self._folder = folder
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(_KEPT_OUT)},
            **_local_only(os.environ),
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(project.folder), os.environ.get("PYTHONPATH")))),
            "PYTHONUNBUFFERED": "1",
            # What a process leaves there when it is killed goes with the folder.
            "TMPDIR": str(folder),
            "SHOP_BROKER": broker.url,
            "SHOP_RESULTS": broker.results,
            "SHOP_QUEUE": broker.queue,
            "SHOP_DATABASE": str(folder / "shop.sqlite3"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_BSP_SCHEDULE_DELAY": str(_EXPORT_EVERY),
            "OTEL_BSP_MAX_QUEUE_SIZE": "100000",
            "OTEL_TRACES_SAMPLER": "always_on",
        }

    def fill_database(self, processes: Processes) -> None:
        """Make the database and fill the shelves."""
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        migrating = processes.start(self._program("the database's migration", command, mend=_REPORT))
        migrating.await_end(seconds=_SECONDS_TO_START)
        processes.end(migrating)

    def open(self, processes: Processes, *, listener: socket.socket) -> Shop:
        """Start the site on a socket that listens already, and the worker, side by side; return when both are ready."""
        site_ready, worker_ready = self._folder / "site.ready", self._folder / "worker.ready"
        serve = [sys.executable, "-m", "gunicorn", "-c", "python:whose.demo.site_process"]
        site = processes.start(
            self._program(
                "the shop's site (gunicorn)",
                [*serve, "--bind", f"fd://{listener.fileno()}", "shop.wsgi"],
                mend=_REPORT,
                more={"WHOSE_DEMO_READY": str(site_ready), "OTEL_SERVICE_NAME": "shop-site"},
                files=(listener.fileno(),),
            )
        )
        work = [sys.executable, "-m", "whose.demo.worker_process", "-A", "shop", "worker", "--pool", "prefork"]
        quiet = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        worker = processes.start(
            self._program(
                "the Celery worker",
                [*work, *quiet],
                mend="if somebody ended it, run the demo again; otherwise " + _REPORT,
                more={"WHOSE_DEMO_READY": str(worker_ready), "OTEL_SERVICE_NAME": "shop-worker"},
            )
        )
        site.await_ready(site_ready.exists, seconds=_SECONDS_TO_START)
        worker.await_ready(worker_ready.exists, seconds=_SECONDS_TO_START)
        return Shop(site, worker, port=listener.getsockname()[1])

    def _program(
        self,
        name: str,
        command: list[str],
        *,
        mend: str,
        more: Mapping[str, str] | None = None,
        files: tuple[int, ...] = (),
    ) -> Program:
        log = self._folder / f"{name.split()[-1].strip('()')}.log"
        environment = {**self._environment, **(more or {})}
        return Program(
            name, command, cwd=self._project.folder, environment=environment, log=log, mend=mend, files=files
        )


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine, any free one for 0.

    Raises:
        DemoFailed: the port is taken, or not ours to take.

    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise DemoFailed(
            f"port {port} of 127.0.0.1 cannot be had for the shop's site: {error.strerror}",
            mend="give another --port, or leave --port out: the demo then takes one that is free",
        ) from error
    return listener


def _local_only(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that keep a proxy of the user's from standing between the processes of this machine."""
    return {
        name: ",".join(filter(None, (environ.get(name), "127.0.0.1,localhost"))) for name in ("NO_PROXY", "no_proxy")
    }
