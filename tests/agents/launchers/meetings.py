"""Run workers and sites in whose works three teams' code meets: each waits for the others, and then fails."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.agents.launchers.agents import Agent
from tests.agents.launchers.processes import Started, free_port, inherited_environment, listens, run
from tests.agents.launchers.redis import RedisServer

#: Red and blue each fail in the other's code, nobody in its own; none goes on before all three are there.
FILES = {
    "whose.toml": """
[mappings]
red = ["meet_red"]
blue = ["meet_blue"]
[teams.red.levels]
theme = "warm"
""",
    "meet_all.py": """
import threading
import sentry_sdk

together = threading.Barrier(3, timeout=60)

def meet(who):
    together.wait()
    sentry_sdk.capture_message(f"{who} is here")
    together.wait()
""",
    "meet_red.py": """
import meet_all, meet_blue

def break_red():
    raise ValueError("broken in red")

def red(request=None):
    meet_all.meet("red")
    meet_blue.break_blue()
""",
    "meet_blue.py": """
import meet_all

def break_blue():
    raise LookupError("broken in blue")

def blue(request=None):
    import meet_red
    meet_all.meet("blue")
    meet_red.break_red()
""",
    "meet_nobody.py": """
import meet_all

def nobody(request=None):
    meet_all.meet("nobody")
    raise OSError("broken in nobody's")
""",
    "meet_worker.py": """
import os, threading
from celery import Celery, signals
import sentry_sdk

if "WITHOUT_WHOSE" not in os.environ:
    import whose
    whose.install()
app = Celery("meets", broker=os.environ["BROKER"], backend=os.environ["BROKER"])
app.conf.task_default_queue = os.environ["SENTRY_ENVIRONMENT"]
import meet_red, meet_blue, meet_nobody
for function in (meet_red.red, meet_blue.blue, meet_nobody.nobody):
    app.task(name=function.__name__)(function)

@signals.worker_shutting_down.connect
def tell(**_):
    sentry_sdk.capture_message("outside all work")
""",
    "meet_send.py": """
import sys
from meet_worker import app
for _ in range(2):
    sent = [app.send_task(name, queue=queue) for name in ("red", "blue", "nobody") for queue in sys.argv[1:]]
    for result in sent:
        result.get(timeout=60, propagate=False)
""",
    "meet_settings.py": """
import os
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "meet_urls"
if "WITHOUT_WHOSE" not in os.environ:
    INSTALLED_APPS = ["whose.hosts.django"]
    MIDDLEWARE = ["whose.hosts.django.CodeOwnerMiddleware"]
""",
    "meet_urls.py": """
from django.urls import path
import meet_red, meet_blue, meet_nobody
urlpatterns = [path(view.__name__, view) for view in (meet_red.red, meet_blue.blue, meet_nobody.nobody)]
""",
    "meet_site.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "meet_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
""",
}
NAMES = ("red", "blue", "nobody")
ROUNDS = 2
_CHATTER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-P", "threads", "-c", "3")


def run_meetings(agent: Agent, *, project: Path, programs: Mapping[str, Mapping[str, str]]) -> None:
    """Run ``ROUNDS`` meetings in every program; one whose name ends in "worker" is one, any other a site.

    Each has the environment that is given for it, and its name as ``SENTRY_ENVIRONMENT``.
    """
    for name, text in FILES.items():
        (project / name).write_text(text)
    ports = {program: free_port() for program in programs if not program.endswith("worker")}
    with RedisServer(project) as redis, ExitStack() as stack:
        settings = inherited_environment() | agent.environment | {"PYTHONPATH": str(project), "BROKER": redis.url}
        started = [
            stack.enter_context(
                Started(
                    _site(agent, ports[program]) if program in ports else _worker(agent),
                    log=project / f"{program}.log",
                    environment={**settings, **more, "SENTRY_ENVIRONMENT": program},
                    cwd=project,
                    is_ready=listens(ports[program]) if program in ports else None,
                )
            )
            for program, more in programs.items()
        ]
        for process in started:
            process.await_ready()
        for port in [*ports.values()] * ROUNDS:
            with ThreadPoolExecutor(len(NAMES)) as clients:
                for status in [clients.submit(_status_of, port, name) for name in NAMES]:
                    assert status.result() == 500
        run(
            [str(agent.programs / "python"), "meet_send.py", *(name for name in programs if name not in ports)],
            log=project / "send.log",
            environment=settings | {"SENTRY_ENVIRONMENT": "sender"},
            cwd=project,
        )
        for process in started:
            process.ask_to_end()


def _worker(agent: Agent) -> list[str]:
    return agent.command("celery", ["celery", "-A", "meet_worker", "worker", *_CHATTER])


def _site(agent: Agent, port: int) -> list[str]:
    return agent.command("django", ["gunicorn", "--threads", "3", "-b", f"127.0.0.1:{port}", "meet_site"])


def _status_of(port: int, name: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/{name}")
    status = connection.getresponse().status
    connection.close()
    return status
