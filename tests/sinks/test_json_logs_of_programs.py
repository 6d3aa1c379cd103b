"""Log lines in JSON of a real worker's main process, its children, and a real site, by the formatters people use."""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.processes import Started, free_port, listens, run
from tests.agents.launchers.redis import RedisServer

PROJECT = {
    "logs.py": """
import ecs_logging, structlog
from pythonjsonlogger.json import JsonFormatter
from structlog.processors import CallsiteParameter, CallsiteParameterAdder
from whose.sinks.structlog import add_code_owner

def structured():
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_logger_name,
            CallsiteParameterAdder([CallsiteParameter.PROCESS]),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )

structlog.configure(
    processors=[
        add_code_owner,
        structlog.stdlib.add_logger_name,
        CallsiteParameterAdder([CallsiteParameter.PROCESS]),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)
FORMATTERS = {
    "python-json-logger": lambda: JsonFormatter("%(process)d %(name)s %(message)s"),
    "ecs-logging": ecs_logging.StdlibFormatter,
    "structlog": structured,
}
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {name: {"()": made} for name, made in FORMATTERS.items()},
    "handlers": {
        name: {"class": "logging.FileHandler", "filename": name + ".jsonl", "formatter": name} for name in FORMATTERS
    },
    "root": {"level": "INFO", "handlers": list(FORMATTERS)},
}
""",
    "shop.py": """
import logging.config, os
from celery import Celery, signals
import logs, whose

signals.setup_logging.connect(lambda **_: logging.config.dictConfig(logs.CONFIG), weak=False)
app = Celery("shop", broker=os.environ["BROKER"])
whose.install()
import shop_red
""",
    "shop_red.py": """
import logging, os, signal, structlog, time
from celery import shared_task

@shared_task(time_limit=1)
def hangs():
    logging.getLogger("shop").warning("hanging")
    structlog.get_logger("shop").warning("structured")
    time.sleep(60)

@shared_task
def dies():
    os.kill(os.getpid(), signal.SIGKILL)

@shared_task
def changes_its_mind():
    pass
""",
    "send.py": """
import shop, shop_red
shop_red.hangs.delay()
shop_red.dies.delay()
shop.app.send_task("shop_red.gone")
unwanted = shop_red.changes_its_mind.apply_async(countdown=1)
shop.app.control.revoke(unwanted.id)
""",
    "settings.py": """
import logs

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_urls"
INSTALLED_APPS = ["whose.hosts.django"]
MIDDLEWARE = ["whose.hosts.django.CodeOwnerMiddleware"]
# Django's own handlers must not stand in between.
LOGGING = {**logs.CONFIG, "loggers": {"django": {"level": "INFO", "handlers": [], "propagate": True}}}
""",
    "site_urls.py": """
from django.urls import path
import site_red

urlpatterns = [path("breaks/", site_red.breaks), path("misses/", site_red.misses)]
""",
    "site_red.py": """
from django.http import Http404

def breaks(request):
    raise ValueError

def misses(request):
    raise Http404
""",
    "site_wsgi.py": """
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
""",
    "whose.toml": """
sinks = ["logging"]
[mappings]
red = ["shop_red", "site_red"]
[teams.red.levels]
theme = "warm"
""",
}
FORMATS = ("python-json-logger", "ecs-logging", "structlog")
SECONDS_TO_LOG = 30


@dataclass(frozen=True, slots=True)
class Line:
    message: str
    logger: str
    pid: int
    owner: str | None
    theme: str | None
    source: str | None
    reason: str | None
    at_fault: str | None


@dataclass(frozen=True, slots=True)
class Logs:
    folder: Path
    #: The process that was started: the worker's main process, or the parent of the site's.
    pid: int

    def lines(self, written_by: str) -> list[Line]:
        """Return what one formatter has written; the last line may be half written."""
        complete = (self.folder / f"{written_by}.jsonl").read_text().rpartition("\n")[0]
        return [_line(json.loads(line)) for line in complete.splitlines()]

    def line(self, written_by: str, words: str) -> Line:
        """Return the only line with some words."""
        found = [line for line in self.lines(written_by) if words in line.message]
        assert len(found) == 1, (words, found)
        return found[0]


def _line(fields: Mapping[str, Any]) -> Line:
    process, log = fields["process"], fields.get("log") or {}
    return Line(
        message=fields.get("message") or fields["event"],
        logger=log.get("logger") or fields.get("log.logger") or fields.get("name") or fields["logger"],
        pid=process["pid"] if isinstance(process, dict) else process,
        owner=fields.get("code_owner"),
        theme=fields.get("code_owner_theme"),
        source=fields.get("code_owner_source"),
        reason=fields.get("code_owner_reason"),
        at_fault=fields.get("code_owner_at_fault"),
    )


def _project(folder: Path) -> dict[str, str]:
    """Write the project; return the environment that its programs run in."""
    for name, text in PROJECT.items():
        (folder / name).write_text(text)
    return {**os.environ, "PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "settings"}


#: What the worker's main process logs, by words of the message: the logger, and the reason that is told.
REPORTS = {
    "Hard time limit (1s) exceeded for shop_red.hangs": ("celery.worker.request", "time_limit"),
    "Task handler raised error: TimeLimitExceeded(1)": ("celery.worker.request", "time_limit"),
    "Task handler raised error: WorkerLostError('Worker exited prematurely": ("celery.worker.request", "lost_worker"),
    "Discarding revoked task: shop_red.changes_its_mind": ("celery.worker.request", "revoked"),
    "Received unregistered task of type 'shop_red.gone'": ("celery.worker.consumer.consumer", "unknown_task"),
    "Task shop_red.dies": ("celery.worker.strategy", None),
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    folder = tmp_path_factory.mktemp("worker")
    environment = _project(folder)
    with RedisServer(folder) as redis, ExitStack() as stack:
        environment["BROKER"] = redis.url
        started = stack.enter_context(
            Started(
                [sys.executable, "-m", "celery", "-A", "shop", "worker", "-P", "prefork", "-c", "2"],
                log=folder / "worker.log",
                environment=environment,
                cwd=folder,
                is_ready=lambda: " ready." in _text(folder / "python-json-logger.jsonl"),
            )
        )
        started.await_ready()
        (folder / "sending").mkdir()
        run([sys.executable, "../send.py"], log=folder / "send.log", environment=environment, cwd=folder / "sending")
        end = time.monotonic() + SECONDS_TO_LOG
        while time.monotonic() < end and not all(
            words in _text(folder / f"{written_by}.jsonl") for words in REPORTS for written_by in FORMATS
        ):
            time.sleep(0.1)
        yield Logs(folder, started.pid)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("written_by", FORMATS)
@pytest.mark.parametrize("words", REPORTS)
def test_what_the_workers_main_process_reports_carries_owner_and_reason(
    worker: Logs, written_by: str, words: str
) -> None:
    logger, reason = REPORTS[words]
    line = worker.line(written_by, words)
    assert (line.logger, line.pid) == (logger, worker.pid)
    assert (line.owner, line.theme, line.source, line.reason) == ("red", "warm", "mapping", reason)


@pytest.mark.parametrize(
    ("written_by", "words"), [*((name, "hanging") for name in FORMATS), ("structlog", "structured")]
)
def test_what_a_task_logs_carries_its_owner(worker: Logs, written_by: str, words: str) -> None:
    line = worker.line(written_by, words)
    assert line.pid != worker.pid
    assert (line.owner, line.theme, line.source, line.reason) == ("red", "warm", "mapping", None)


@pytest.mark.parametrize("written_by", FORMATS)
def test_we_say_nothing_ourselves(worker: Logs, site: Logs, written_by: str) -> None:
    assert not [line for logs in (worker, site) for line in logs.lines(written_by) if line.logger == "whose"]


@pytest.mark.parametrize("written_by", FORMATS)
def test_what_the_worker_says_of_itself_carries_no_owner(worker: Logs, written_by: str) -> None:
    line = worker.line(written_by, " ready.")
    assert (line.owner, line.theme, line.source, line.reason) == (None, None, None, None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    folder = tmp_path_factory.mktemp("site")
    environment = _project(folder)
    port = free_port()
    server = [str(Path(sys.executable).with_name("gunicorn")), "--bind", f"127.0.0.1:{port}", "site_wsgi"]
    with Started(
        server, log=folder / "server.log", environment=environment, cwd=folder, is_ready=listens(port)
    ) as started:
        started.await_ready()
        for path, status in (("/breaks/", 500), ("/misses/", 404), ("/nowhere/", 404)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            assert connection.getresponse().status == status
            connection.close()
        yield Logs(folder, started.pid)


@pytest.mark.parametrize("written_by", FORMATS)
@pytest.mark.parametrize(
    ("words", "owner", "source", "reason", "at_fault"),
    [
        ("Internal Server Error: /breaks/", "red", "mapping", None, "red"),
        ("Not Found: /misses/", "red", "mapping", None, None),
        ("Not Found: /nowhere/", None, "none", "no_view", None),
    ],
)
def test_what_django_says_of_a_request_carries_the_owner_of_its_view(
    site: Logs, written_by: str, words: str, owner: str | None, source: str, reason: str | None, at_fault: str | None
) -> None:
    line = site.line(written_by, words)
    assert line.logger == "django.request"
    assert (line.owner, line.source, line.reason, line.at_fault) == (owner, source, reason, at_fault)
