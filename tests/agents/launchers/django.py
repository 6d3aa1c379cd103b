"""Run the Django project once: a server, and requests for every flavour, several at a time."""

from __future__ import annotations

import http.client
import os
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from tests.agents.launchers.agents import Agent
from tests.agents.launchers.outcome import Run, load_records
from tests.agents.launchers.processes import Started, free_port, inherited_environment, listens

Server = Literal["gunicorn-sync", "gunicorn-gthread", "uvicorn", "runserver"]
PROJECT = Path(__file__).parents[1] / "django_project"
#: Every request is made as often as this, so that what one leaves behind would be seen on the next.
ROUNDS = 3
_AT_ONCE = 4


def run_requests(
    agent: Agent, *, server: Server, directory: Path, requests: Sequence[Mapping[str, Any]], is_attributed: bool = True
) -> Run:
    """Return what leaves the server's processes when every request is made ``ROUNDS`` times."""
    log = directory / "flavours.jsonl"
    log.touch()
    port = free_port()
    environment = _environment(programs=agent.programs, log=log, is_attributed=is_attributed)
    with Started(
        agent.command("django", _server(server, port)),
        log=directory / "server.log",
        environment=environment | agent.environment,
        cwd=PROJECT,
        is_ready=listens(port),
    ) as started:
        started.await_ready()
        with ThreadPoolExecutor(_AT_ONCE) as clients:
            wrong = [
                complaint
                for _ in range(ROUNDS)
                for complaint in clients.map(lambda request: _ask(port, request), requests)
                if complaint
            ]
        assert not wrong, wrong
        agent.await_batches()
    return Run(sent=agent.sent(), records=load_records(log))


def load_expected() -> dict[str, Any]:
    """Return the project's own, hand-made list."""
    return tomllib.loads((PROJECT / "expected.toml").read_text())


def _ask(port: int, request: Mapping[str, Any]) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(request.get("method", "GET"), request["path"])
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{request['path']}: {error!r}"
    finally:
        connection.close()
    wanted = request.get("status", 200)
    return None if response.status == wanted else f"{request['path']}: status {response.status} instead of {wanted}"


def _server(server: Server, port: int) -> list[str]:
    gunicorn = ["gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "site_config.wsgi"]
    match server:
        case "gunicorn-sync":
            return [*gunicorn, "--worker-class", "sync"]
        case "gunicorn-gthread":
            return [*gunicorn, "--worker-class", "gthread", "--threads", str(_AT_ONCE)]
        case "uvicorn":
            return [str(PROJECT / "serve_asgi.py"), str(port)]
        case "runserver":
            return [str(PROJECT / "manage.py"), "runserver", "--noreload", "--skip-checks", f"127.0.0.1:{port}"]


def _environment(*, programs: Path, log: Path, is_attributed: bool) -> dict[str, str]:
    return inherited_environment() | {
        "DJANGO_SETTINGS_MODULE": "site_config.settings",
        "FLAVOURS_LOG": str(log),
        "PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "site-packages"))),
        "PATH": os.pathsep.join((str(programs), os.environ.get("PATH", ""))),
        **({} if is_attributed else {"WHOSE_TEST_INSTALL": "never"}),
    }
