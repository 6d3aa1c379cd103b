"""A wrong configuration under ``whose run``: told with its place where a program starts, and contained later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.launchers.processes import free_port

BIN = Path(sys.executable).parent
WHOSE = [str(BIN / "whose"), "run"]
OPENTELEMETRY = [str(BIN / "opentelemetry-instrument")] + [
    f"--{k}_exporter=none" for k in ("traces", "metrics", "logs")
]
WRONG = "[tool.whose]\nmapings = {}\n\n[tool.whose.mappings]\nteam-red = 3\n"
TOLD = """\
whose: whose is misconfigured in 2 places:
  whose.toml:2: unknown key 'mapings'; did you mean 'mappings'?
  whose.toml:5: 'team-red' is a int; write a list of strings
"""
TOLD_OF_SETTINGS = """\
whose: the configuration of whose has a mistake:
  settings.WHOSE['mapings']: unknown key 'mapings'; did you mean 'mappings'?
"""
FILES = {
    "shop.py": "from celery import Celery\napp = Celery('shop', broker='memory://')\n",
    "site_wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "site_settings.py": "SECRET_KEY = 'x'\nROOT_URLCONF = 'site_settings'\nurlpatterns = []\nWHOSE = {'mapings': {}}\n",
    "manage.py": "import sys\nfrom django.core.management import execute_from_command_line as e\ne(sys.argv)\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = {"PYTHONPATH": str(project), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(project)}
    return subprocess.run(
        command,
        cwd=project,
        env={**os.environ, **paths, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("program", ["celery -A shop worker", "gunicorn site_wsgi", "touch started"])
def test_a_wrong_file_is_told_before_any_program_starts(program: str, project: Path) -> None:
    (project / "whose.toml").write_text(WRONG)
    done = run(project, *WHOSE, *program.split())
    assert (done.returncode, done.stdout, done.stderr) == (2, "", TOLD)
    assert not (project / "started").exists()


def test_a_wrong_file_where_the_program_goes_is_told_when_it_begins_with_celery(project: Path) -> None:
    (project / "elsewhere").mkdir()
    (project / "elsewhere" / "whose.toml").write_text(WRONG)
    done = run(project, *WHOSE, "sh", "-c", "cd elsewhere; celery -A shop worker")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", TOLD)


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["manage.py", "runserver", "0"], ["-c", "import site_wsgi"]], ids=" ".join
)
def test_wrong_settings_are_told_when_django_is_set_up(command: list[str], project: Path) -> None:
    done = run(project, *WHOSE, "python", *command, DJANGO_SETTINGS_MODULE="site_settings")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", TOLD_OF_SETTINGS)


def test_a_server_gives_up_workers_that_wrong_settings_have_ended(project: Path) -> None:
    command = ["gunicorn", "--bind", f"127.0.0.1:{free_port()}", "--workers", "1", "site_wsgi"]
    done = run(project, *WHOSE, *command, DJANGO_SETTINGS_MODULE="site_settings")
    assert done.returncode == 4, done.stderr
    assert done.stderr.count(TOLD_OF_SETTINGS) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_an_agents_command_that_imports_celery_before_the_program_ends_in_as_few_words(project: Path) -> None:
    (project / "whose.toml").write_text(WRONG)
    done = run(project, *OPENTELEMETRY, "celery", "-A", "shop", "worker")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", TOLD)


def test_a_file_that_has_become_wrong_does_not_end_a_program_that_runs(project: Path) -> None:
    (project / "site_settings.py").write_text("SECRET_KEY = 'x'\n")
    code = """
import django, pathlib, whose
django.setup()
pathlib.Path("whose.toml").write_text("mapings")
import celery.app
print(whose.stats()["installed"], dict(whose.stats()["contained_errors"]))
"""
    done = run(project, *WHOSE, "python", "-c", code, DJANGO_SETTINGS_MODULE="site_settings")
    assert done.stdout == "True {'installing into a program that runs: ConfigurationError': 1}\n", done.stderr
