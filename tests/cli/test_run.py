"""``whose run``: a program that knows nothing of whose is attributed, its children too, beside agents' commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

FILES = {
    "whose.toml": '[tool.whose.mappings]\nteam-red = ["__main__", "with_celery", "site_red"]\n',
    "with_celery.py": """
import json
from celery import Celery
app = Celery("app", broker="memory://", backend="cache+memory://")
@app.task
def task():
    import whose
    return dict(whose.attributes())
if __name__ in ("__main__", "__mp_main__"):
    print(json.dumps(task.apply().get()), flush=True)
""",
    "site_red.py": """
from django.http import JsonResponse
from django.urls import path
def view(request):
    import whose
    return JsonResponse(whose.attributes())
urlpatterns = [path("", view)]
""",
    "site_settings.py": """
ROOT_URLCONF = "site_red"
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
""",
    "with_both.py": """
import json, sys
agents = [name for name in ("newrelic", "ddtrace", "opentelemetry") if name in sys.modules]
import with_celery
import django
django.setup()
from django.test import Client
print(json.dumps([agents, with_celery.task.apply().get(), Client().get("/").json()]))
""",
    "with_children.py": """
import multiprocessing, runpy, subprocess, sys
def work():
    runpy.run_path("with_celery.py", run_name="__main__")
if __name__ == "__main__":
    subprocess.run([sys.executable, "with_celery.py"], check=True)
    for method in ("fork", "spawn", "forkserver"):
        child = multiprocessing.get_context(method).Process(target=work)
        child.start()
        child.join()
""",
    "installing_itself.py": """
import whose
whose.install()
import json
import with_celery
print(json.dumps([with_celery.task.apply().get(), whose.stats()["hosts"]]))
""",
}
NEWRELIC = [str(BIN / "newrelic-admin"), "run-program"]
DATADOG = [str(BIN / "ddtrace-run")]
NO_EXPORT = [f"--{kind}_exporter=none" for kind in ("traces", "metrics", "logs")]
OPENTELEMETRY = [str(BIN / "opentelemetry-instrument"), *NO_EXPORT]
#: What is loaded before the program's first line, by the command that does it.
AGENTS = {"newrelic-admin": "newrelic", "ddtrace-run": "ddtrace", "opentelemetry-instrument": "opentelemetry"}
WHOSE = [str(BIN / "whose"), "run"]
QUIET = {
    "NEW_RELIC_DEVELOPER_MODE": "true",
    "NEW_RELIC_LICENSE_KEY": "0" * 40,
    "DJANGO_SETTINGS_MODULE": "site_settings",
    "DD_TRACE_ENABLED": "false",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=project,
        env={**os.environ, **QUIET, "PYTHONPATH": str(project), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "front",
    [
        WHOSE,
        [*WHOSE, *NEWRELIC],
        [*NEWRELIC, *WHOSE],
        [*WHOSE, *DATADOG],
        [*DATADOG, *WHOSE],
        [*WHOSE, *OPENTELEMETRY],
        [*OPENTELEMETRY, *WHOSE],
        OPENTELEMETRY,
    ],
    ids=lambda front: " ".join(Path(word).name for word in front if not word.startswith("--")),
)
def test_a_program_is_attributed_on_either_side_of_an_agents_command(project: Path, front: list[str]) -> None:
    done = run(project, *front, sys.executable, "with_both.py")
    assert done.returncode == 0, done.stderr
    agents, *told = json.loads(done.stdout.splitlines()[-1])
    assert {AGENTS[Path(word).name] for word in front if Path(word).name in AGENTS} <= set(agents)
    assert [one["code_owner"] for one in told] == ["team-red", "team-red"], done.stderr


def test_without_it_nothing_is_attributed(project: Path) -> None:
    assert json.loads(run(project, sys.executable, "with_celery.py").stdout) == {}


def test_child_processes_are_attributed_however_they_are_started(project: Path) -> None:
    done = run(project, *WHOSE, sys.executable, "with_children.py")
    assert [json.loads(line)["code_owner"] for line in done.stdout.splitlines()] == ["team-red"] * 4, done.stderr


def test_a_program_that_installs_whose_itself_is_none_the_worse(project: Path) -> None:
    done = run(project, *WHOSE, sys.executable, "installing_itself.py")
    owner, hosts = json.loads(done.stdout)
    assert owner["code_owner"] == "team-red", done.stderr
    assert {"celery", "django"} <= set(hosts), "it asked for all hosts"
