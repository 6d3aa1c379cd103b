"""``whose run`` before workers and servers that know nothing of whose: attributed, and otherwise their own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents.launchers.redis import RedisServer
from tests.agents.launchers.unaware import PROGRAMS, Sending, Site, environment, worker

WHOSE = (str(PROGRAMS / "whose"), "run")
PYTHON = str(PROGRAMS / "python")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.mark.parametrize(
    ("command", "runs_in_children"),
    [
        pytest.param(("celery", "-A", "shop", "worker", "-P", "prefork", "-c", "2"), True, id="celery"),
        pytest.param(
            (PYTHON, "-m", "celery", "-A", "shop", "worker", "-P", "threads", "-c", "2"), False, id="python -m celery"
        ),
    ],
)
def test_a_workers_tasks_are_attributed_and_it_ends_warmly(
    command: tuple[str, ...], runs_in_children: bool, redis: str, tmp_path: Path
) -> None:
    settings = environment(redis)
    del settings["DJANGO_SETTINGS_MODULE"]
    with worker((*WHOSE, *command), settings=settings, log=tmp_path / "worker.log") as started:
        started.await_ready()
        sending = Sending("paint", "2", settings=settings)
        while "red.tasks.paint[" not in started.log:
            time.sleep(0.05)
        started.ask_to_end()
        testimony = sending.result()
    # That the process ended with status 0 was seen at the end of the block.
    assert testimony["owner"] == "team-red"
    assert "celery" in testimony["hosts"]
    assert "django" not in testimony["hosts"], "the program does not use Django"
    assert testimony["parent" if runs_in_children else "pid"] == started.pid
    assert "Warm shutdown" in started.log


#: Each with what it ends with at SIGTERM, and whether another process serves than the one that was started.
SERVERS = {
    "gunicorn": (("gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "2", "shop.wsgi"), 0, True),
    "uvicorn": (("uvicorn", "--port", "{port}", "shop.asgi:application"), -signal.SIGTERM, False),
    "manage.py": ((PYTHON, "manage.py", "runserver", "{port}"), 0, True),
    "django-admin": (("django-admin", "runserver", "--noreload", "{port}"), -signal.SIGTERM, False),
}


@pytest.mark.parametrize(("command", "status", "serves_in_child"), SERVERS.values(), ids=SERVERS)
def test_a_servers_requests_are_attributed(
    command: tuple[str, ...], status: int, serves_in_child: bool, tmp_path: Path
) -> None:
    settings = environment("redis://nowhere")
    with Site((*WHOSE, *command), settings=settings, log=tmp_path / "site.log", status=status) as site:
        site.await_ready()
        answers = [site.ask(path) for path in ("/paint/", "/basket/")]
        assert {answer["parent" if serves_in_child else "pid"] for answer in answers} == {site.pid}
        if command[0] == "gunicorn":
            before = {answer["pid"] for answer in answers}
            os.kill(site.pid, signal.SIGHUP)
            end = time.monotonic() + 30
            while before & {(answer := site.ask("/paint/"))["pid"]}:
                assert time.monotonic() < end, "SIGHUP did not start new workers"
            answers[0] = answer
            assert answer["parent"] == site.pid
    assert [answer["owner"] for answer in answers] == ["team-red", "team-blue"], site.log
