"""Start-up through Django: what installs, what the system checks say, and where a bad configuration fails."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hosts.django_site.settings import RULES, set_up
from whose.testing import installed

set_up()

from django.test import override_settings  # noqa: E402

from whose.hosts.django import CodeOwnerMiddleware  # noqa: E402
from whose.hosts.django.checks import check_code_owners  # noqa: E402

OURS = "whose.hosts.django.CodeOwnerMiddleware"
GOOD = "CODE_OWNER_MAPPINGS = {'team-red': ['fruit']}"
BAD = "CODE_OWNER_MAPPINGS = {'team-red': ['fruit', 'fruit'], 'team-blue': 'veg'}\nWHOSE = {'mapings': {}}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "manage.py").write_text(
        "import os, sys\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'project_settings')\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    )
    (tmp_path / "fruit.py").write_text(
        "from django.http import HttpResponse\n"
        "from django.urls import path\n"
        "import whose\n"
        "def show(request):\n"
        "    return HttpResponse(whose.current().attributes['code_owner'])\n"
        "urlpatterns = [path('', show)]\n"
    )
    return tmp_path


def _settings(project: Path, *lines: str, middleware: list[str] | None = None) -> None:
    middleware = [OURS] if middleware is None else middleware
    text = f"""
        SECRET_KEY = "only for tests"
        ALLOWED_HOSTS = ["*"]
        ROOT_URLCONF = "fruit"
        DATABASES = {{}}
        INSTALLED_APPS = ["whose.hosts.django"]
        MIDDLEWARE = {middleware!r}
    """
    (project / "project_settings.py").write_text("\n".join([textwrap.dedent(text), *lines]) + "\n")


def _run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO_", "WHOSE_"))}
    path = [str(project), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment | {"DJANGO_SETTINGS_MODULE": "project_settings", "PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _check(project: Path) -> str:
    done = _run(project, "manage.py", "check", "--fail-level", "WARNING")
    return done.stdout + done.stderr


SERVE = "import django; django.setup(); from django.test import Client; print(Client().get('/').content.decode())"


def test_the_app_and_the_middleware_are_all_that_it_takes(project: Path) -> None:
    _settings(project, GOOD)
    done = _run(project, "-c", SERVE)
    assert done.stdout == "team-red\n", done.stderr
    assert "no issues" in _check(project)


def test_themes_and_our_own_setting_are_read(project: Path) -> None:
    _settings(
        project,
        "CODE_OWNER_MAPPINGS = {'hot-red': ['fruit']}",
        "CODE_OWNER_THEMES = {'hot': ['hot-red']}",
        "WHOSE = {'default_owner': 'team-grey', 'sinks': []}",
    )
    script = (
        "import django; django.setup(); import whose;"
        "print(dict(whose.owner_of('fruit').team.levels), whose.owner_of('other'))"
    )
    done = _run(project, "-c", script)
    assert done.stdout == (
        "{'theme': 'hot', 'squad': 'red'} other is owned by team-grey: "
        "default rule '*' at settings.WHOSE['default_owner']\n"
    ), done.stderr


def test_every_mistake_is_a_system_check_error_with_the_mend_as_its_hint(project: Path) -> None:
    _settings(project, BAD)
    done = _run(project, "manage.py", "check")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("(whose.E001)") == 3
    for place in (
        "settings.WHOSE['mapings']",
        "CODE_OWNER_MAPPINGS['team-red'][1]",
        "CODE_OWNER_MAPPINGS['team-blue']",
    ):
        assert place in done.stderr
    assert "HINT: did you mean 'mappings'?" in done.stderr
    assert "HINT: delete one of the two" in done.stderr


def test_a_setting_that_is_no_dict_is_a_system_check_error(project: Path) -> None:
    _settings(project, "WHOSE = ['mappings']")
    done = _run(project, "manage.py", "check")
    assert "?: (whose.E001) settings.WHOSE: is a list" in done.stderr


def test_a_sink_without_its_library_is_a_system_check_error(project: Path) -> None:
    (project / "newrelic.py").write_text("raise ImportError('not here', name='newrelic')\n")
    _settings(project, GOOD, "WHOSE = {'sinks': ['newrelic']}")
    done = _run(project, "manage.py", "check")
    assert "(whose.E002)" in done.stderr
    assert "whose[newrelic]" in done.stderr


def test_outside_management_commands_a_bad_configuration_stops_the_start(project: Path) -> None:
    _settings(project, BAD)
    done = _run(project, "-c", "import django; django.setup()")
    assert done.returncode != 0
    assert "whose.errors.ConfigurationError: whose is misconfigured in 3 places" in done.stderr


def test_a_server_that_a_command_starts_without_checks_does_not_serve_with_a_bad_configuration(project: Path) -> None:
    _settings(project, BAD, "WSGI_APPLICATION = None")
    (project / "management_command.py").write_text("")
    commands = project / "served" / "management" / "commands"
    commands.mkdir(parents=True)
    (project / "served" / "__init__.py").write_text("")
    (commands / "serve.py").write_text(
        "from django.core.management.base import BaseCommand\n"
        "from django.core.wsgi import get_wsgi_application\n"
        "class Command(BaseCommand):\n"
        "    requires_system_checks = []\n"
        "    def handle(self, **options):\n"
        "        get_wsgi_application()\n"
    )
    with (project / "project_settings.py").open("a") as settings:
        settings.write("INSTALLED_APPS.append('served')\n")
    done = _run(project, "manage.py", "serve")
    assert done.returncode != 0
    assert "whose is not installed, so nothing is attributed" in done.stderr
    assert "ConfigurationError: whose is misconfigured in 3 places" in done.stderr


def _warnings(middleware: list[str], config: Mapping[str, object]) -> list[tuple[str, str]]:
    with installed(config), override_settings(MIDDLEWARE=middleware):
        return [(message.id, message.hint) for message in check_code_owners()]


def test_a_missing_middleware_is_warned_of() -> None:
    found = _warnings(["django.middleware.common.CommonMiddleware"], RULES)
    assert found == [("whose.W001", f"put {OURS!r} first")]


OTEL = "opentelemetry.instrumentation.django.middleware.otel_middleware._DjangoMiddleware"


@pytest.mark.parametrize(
    ("middleware", "hints"),
    [
        (["django.middleware.common.CommonMiddleware", OURS], [f"put {OURS!r} first in MIDDLEWARE"]),
        ([OURS, OTEL], [f"put {OTEL!r} before {OURS!r}"]),
        ([OTEL, OURS], []),
        (["whose.compat.edx_django_utils.CodeOwnerMonitoringMiddleware"], []),
        ([f"{__name__}.Own"], []),
        ([OURS, "no_such.module.Middleware"], []),
    ],
)
def test_a_misplaced_middleware_is_warned_of(middleware: list[str], hints: list[str]) -> None:
    assert _warnings(middleware, RULES) == [("whose.W002", hint) for hint in hints]


class Own(CodeOwnerMiddleware):
    """A subclass of somebody's own."""


def test_a_project_without_rules_is_warned_of() -> None:
    ((code, hint),) = _warnings([OURS], {})
    assert code == "whose.W003"
    assert "CODE_OWNER_MAPPINGS" in hint


def test_rules_in_a_file_are_rules_too(project: Path) -> None:
    _settings(project)
    (project / "whose.toml").write_text("[mappings]\nteam-red = ['fruit']\n")
    assert "(whose.W003)" not in _check(project)


def test_installing_before_django_is_set_up_reads_its_settings_once_it_is(project: Path) -> None:
    _settings(project, GOOD)
    done = _run(project, "-c", "import whose; whose.install()\n" + SERVE)
    assert done.stdout == "team-red\n", done.stderr


def test_what_was_installed_by_hand_is_served_by_django_too(project: Path) -> None:
    _settings(project)
    done = _run(project, "-c", "import whose; whose.install({'mappings': {'team-blue': ['fruit']}})\n" + SERVE)
    assert done.stdout == "team-blue\n", done.stderr
