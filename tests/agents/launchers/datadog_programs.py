"""Run a worker, a worker with tags of its own, and a site under ddtrace-run, with owners and traces in their logs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.agents.launchers.agents import PROGRAMS, Agent
from tests.agents.launchers.processes import Started, free_port, inherited_environment, listens, run
from tests.agents.launchers.redis import RedisServer
from tests.agents.receivers.datadog import DatadogSpan

FILES = {
    "whose.toml": '[mappings]\nred = ["dog_red"]\n',
    "dog_logs.py": """
import os

TOLD = "%(dd.trace_id)s|%(dd.span_id)s|%(dd.service)s|%(code_owner)s|%(message)s"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        # Django configures logging before its apps, and a thread of the agent's may log between the two.
        "plain": {"()": "logging.Formatter", "fmt": TOLD, "defaults": {"code_owner": None}},
        "json": {"()": "pythonjsonlogger.json.JsonFormatter"},
    },
    "handlers": {
        kind: {"class": "logging.FileHandler", "filename": f"{os.environ['DD_SERVICE']}.{kind}", "formatter": kind}
        for kind in ("plain", "json")
    },
    "root": {"handlers": ["plain", "json"], "level": "INFO"},
}
""",
    "dog_red.py": """
import logging
from celery import shared_task
from ddtrace.trace import TraceFilter, tracer
from django.http import HttpResponse

logger = logging.getLogger("dog")

class Teams(TraceFilter):
    def process_trace(self, trace):
        for span in trace:
            if span.get_tag("of") == "a filter":
                span.set_tag("team", "of the filter")
        return trace

tracer.configure(trace_processors=[Teams()])

def work(*request):
    logger.info("in red")
    return HttpResponse() if request else None

def fail(*request):
    logger.info("in red")
    raise ValueError("broken")

def name_a_team(*request):
    tracer.current_root_span().set_tag("team", "of the code")
    return work(*request)

def be_filtered(*request):
    tracer.current_root_span().set_tag("of", "a filter")
    return work(*request)

for function in (work, fail, name_a_team, be_filtered):
    shared_task(name=function.__name__)(function)
""",
    "dog_nobody.py": """
import logging
from celery import shared_task
from django.http import HttpResponse

logger = logging.getLogger("dog")
logger.info("outside all work")

def sweep(*request):
    logger.info("in nobody's")
    return HttpResponse() if request else None

shared_task(name="sweep")(sweep)
""",
    "dog_worker.py": """
import logging.config, os
import whose
whose.install()
import dog_logs
logging.config.dictConfig(dog_logs.LOGGING)
from celery import Celery

app = Celery("dogs", broker=os.environ["BROKER"], backend=os.environ["BROKER"])
app.conf.worker_hijack_root_logger = False
app.conf.task_default_queue = os.environ["DD_SERVICE"]
import dog_red, dog_nobody
""",
    "dog_send.py": """
from dog_worker import app
sent = [app.send_task(name, queue=f"worker{kind}")
        for kind in ("", "-tagged") for name in ("work", "fail", "name_a_team", "be_filtered", "sweep")]
for result in sent:
    result.get(timeout=60, propagate=False)
""",
    "dog_settings.py": """
from dog_logs import LOGGING
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "dog_urls"
INSTALLED_APPS = ["whose.hosts.django"]
MIDDLEWARE = ["whose.hosts.django.CodeOwnerMiddleware"]
""",
    "dog_urls.py": """
from django.urls import path
import dog_nobody, dog_red

views = (dog_red.work, dog_red.fail, dog_red.name_a_team, dog_red.be_filtered, dog_nobody.sweep)
urlpatterns = [path(view.__name__, view) for view in views]
""",
    "dog_site.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "dog_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
import dog_urls
""",
}
NAMES = ("work", "fail", "name_a_team", "be_filtered", "sweep")
#: The team of each task and view, and where ``DD_TAGS=team:theirs``.
TEAMS = {"work": "red", "fail": "red", "name_a_team": "of the code", "be_filtered": "of the filter", "sweep": None}
TEAMS_OF_TAGGED = {**TEAMS, "work": "theirs", "fail": "theirs", "sweep": "theirs"}
PROGRAMS_RUN = {"worker": TEAMS, "worker-tagged": TEAMS_OF_TAGGED, "site": TEAMS}
_CHATTER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-c", "1", "-l", "info")


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a log tells."""

    trace_id: str
    span_id: str
    service: str
    owner: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Left:
    """What the processes left behind."""

    spans: tuple[DatadogSpan, ...]
    project: Path

    def entries(self, program: str) -> Mapping[str, DatadogSpan]:
        """Return the span of each task or view that a program ran."""
        return {
            span.resource if span.name == "celery.run" else span.tags["http.url"].rpartition("/")[2]: span
            for span in self.spans
            if span.name in ("celery.run", "django.request") and span.tags.get("env") == program
        }

    def plain_lines(self, program: str) -> list[Line]:
        """Return the lines that a plain format string made; a traceback has none."""
        lines = (self.project / f"{program}.plain").read_text().splitlines()
        return [_line(*line.split("|", 4)) for line in lines if line.count("|") >= 4]

    def json_lines(self, program: str) -> list[Line]:
        """Return the lines that a JSON formatter made."""
        told = [json.loads(text) for text in (self.project / f"{program}.json").read_text().splitlines()]
        keys = ("dd.trace_id", "dd.span_id", "dd.service", "code_owner", "message")
        return [_line(*(str(fields.get(key)) for key in keys)) for fields in told]


def _line(trace_id: str, span_id: str, service: str, owner: str, message: str) -> Line:
    return Line(trace_id, span_id, service, None if owner == "None" else owner, message.partition("\n")[0])


def left_by_programs(project: Path, *, programs: Path = PROGRAMS) -> Left:
    for name, text in FILES.items():
        (project / name).write_text(text)
    with Agent("datadog", project, programs=programs) as agent, RedisServer(project) as redis:
        settings = inherited_environment() | agent.environment | {"PYTHONPATH": str(project), "BROKER": redis.url}
        port = free_port()
        site = agent.command("django", ["gunicorn", "-b", f"127.0.0.1:{port}", "dog_site"])
        worker = agent.command("celery", ["celery", "-A", "dog_worker", "worker", *_CHATTER])
        with ExitStack() as stack:
            started = [
                stack.enter_context(
                    Started(
                        site if name == "site" else worker,
                        log=project / f"{name}.log",
                        environment=settings | told_to(name),
                        cwd=project,
                        is_ready=listens(port) if name == "site" else None,
                    )
                )
                for name in PROGRAMS_RUN
            ]
            for program in started:
                program.await_ready()
            for name in NAMES:
                ask(port, name)
            run(
                [str(programs / "python"), "dog_send.py"],
                log=project / "send.log",
                environment=settings | {"DD_SERVICE": "sender"},
                cwd=project,
            )
            for program in started:
                program.ask_to_end()
        return Left(agent.sent().datadog, project)


def told_to(program: str) -> dict[str, str]:
    tags = {"DD_TAGS": "team:theirs"} if program.endswith("tagged") else {}
    return {"DD_SERVICE": program, "DD_ENV": program, "DD_LOGS_INJECTION": "true", **tags}


def ask(port: int, name: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"/{name}")
    assert connection.getresponse().status == (500 if name == "fail" else 200), name
    connection.close()
