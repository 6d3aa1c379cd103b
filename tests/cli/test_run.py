"""``whose run``: a program that knows nothing of whose is attributed, and is otherwise its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

FILES = {
    "whose.toml": '[tool.whose.mappings]\nteam-red = ["__main__", "site_red"]\n',
    "with_celery.py": """
import json
from celery import Celery
app = Celery("app", broker="memory://", backend="cache+memory://")
@app.task
def task():
    import whose
    return dict(whose.attributes())
print(json.dumps(task.apply().get()))
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
    "with_django.py": """
import django
django.setup()
from django.test import Client
print(Client().get("/").content.decode())
""",
    "with_neither.py": """
import sys
print([name for name in ("celery", "django", "newrelic", "opentelemetry") if name in sys.modules])
""",
    "with_child.py": """
import subprocess, sys
subprocess.run([sys.executable, "with_celery.py"], check=True)
""",
}
NEWRELIC = [str(BIN / "newrelic-admin"), "run-program"]
DATADOG = [str(BIN / "ddtrace-run")]
NO_EXPORT = [f"--{kind}_exporter=none" for kind in ("traces", "metrics", "logs")]
OPENTELEMETRY = [str(BIN / "opentelemetry-instrument"), *NO_EXPORT]
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
@pytest.mark.parametrize("program", ["with_celery.py", "with_django.py"])
def test_a_program_is_attributed_on_either_side_of_an_agents_command(
    project: Path, front: list[str], program: str
) -> None:
    done = run(project, *front, sys.executable, program)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["code_owner"] == "team-red", done.stderr


def test_without_it_nothing_is_attributed(project: Path) -> None:
    assert json.loads(run(project, sys.executable, "with_celery.py").stdout) == {}


def test_child_processes_are_attributed(project: Path) -> None:
    done = run(project, *WHOSE, sys.executable, "with_child.py")
    assert json.loads(done.stdout)["code_owner"] == "team-red", done.stderr


def test_nothing_is_imported_that_the_program_does_not_import(project: Path) -> None:
    assert run(project, *WHOSE, sys.executable, "with_neither.py").stdout == "[]\n"


def test_exit_codes_and_standard_input_are_the_programs_own(project: Path) -> None:
    code = "import sys; sys.exit(int(sys.stdin.read()))"
    done = subprocess.run(
        [*WHOSE, sys.executable, "-c", code], cwd=project, input="42", text=True, timeout=60, check=False
    )
    assert done.returncode == 42


def test_the_process_is_the_programs_own_and_takes_its_signals(project: Path) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with subprocess.Popen(
        [*WHOSE, sys.executable, "-c", code], cwd=project, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == -signal.SIGTERM


def test_a_bad_configuration_is_told_where_the_program_starts(project: Path) -> None:
    (project / "whose.toml").write_text("[tool.whose]\nmapings = {}\n")
    done = run(project, *WHOSE, sys.executable, "with_celery.py")
    assert done.returncode != 0
    assert "did you mean 'mappings'?" in done.stderr


def test_a_program_that_is_not_there_is_named(project: Path) -> None:
    done = run(project, *WHOSE, "no-such-program")
    assert done.returncode == 127
    assert "no-such-program" in done.stderr


def test_a_sitecustomize_of_the_users_own_still_runs(project: Path) -> None:
    own = project / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import os; os.environ['OWN_SITE'] = 'ran'\n")
    done = run(project, *WHOSE, sys.executable, "-c", "import os; print(os.environ['OWN_SITE'])", PYTHONPATH=str(own))
    assert done.stdout == "ran\n", done.stderr
