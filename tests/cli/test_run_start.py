"""What ``whose run`` does before a program's first line: next to nothing, out of the way of what others do there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import whose

WHOSE = [str(Path(sys.executable).parent / "whose"), "run"]
SOURCE = str(Path(whose.__file__).parents[1])


def run(*command: str, folder: Path, path: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = path
    return subprocess.run(
        command, cwd=folder, env=surroundings | environment, capture_output=True, text=True, timeout=60, check=False
    )


def same_as_without(*command: str, folder: Path, path: str | None = None, **environment: str) -> str:
    """Return what a command writes, and see that it does so with whose and without."""
    expected = run(*command, folder=folder, path=path, **environment)
    found = run(*WHOSE, *command, folder=folder, path=path, **environment)
    assert (found.returncode, found.stdout, found.stderr) == (expected.returncode, expected.stdout, expected.stderr)
    return found.stdout + found.stderr


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python in whose environment whose is not installed."""
    folder = tmp_path_factory.mktemp("stranger") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin" / "python")


def test_a_program_without_celery_and_django_never_loads_the_runtime(tmp_path: Path) -> None:
    code = "import json, logging, threading, asyncio, sys; print([n for n in sys.modules if n.startswith('whose.')])"
    loaded = ["whose.bootstrap", "whose.imports", "whose.bootstrap.watching"]
    assert run(*WHOSE, sys.executable, "-c", code, folder=tmp_path).stdout == f"{loaded}\n"


def test_an_agent_alone_does_not_load_the_runtime_either(tmp_path: Path) -> None:
    code = "import prometheus_client, sys; print('whose.runtime' in sys.modules)"
    assert run(*WHOSE, sys.executable, "-c", code, folder=tmp_path).stdout == "False\n"


#: The command itself is a Python program on the same path, which is to be silent here.
IN_PROGRAM = "import sys\nif sys.orig_argv[2:3] != ['run']: "
MODULE = {"sitecustomize.py": "import os; os.environ['OWN'] = __name__"}
PACKAGE = {
    "sitecustomize/__init__.py": "import os, sitecustomize.part; os.environ['OWN'] = sitecustomize.part.name",
    "sitecustomize/part.py": "name = __name__",
}
FAILING = {"sitecustomize.py": f"{IN_PROGRAM}raise ValueError('not today')"}
LACKING = {"sitecustomize.py": f"{IN_PROGRAM}import no_such_module"}


@pytest.mark.parametrize(
    ("files", "said"),
    [(MODULE, "sitecustomize"), (PACKAGE, "sitecustomize.part"), (FAILING, "not today"), (LACKING, "no_such_module")],
    ids=["module", "package", "failing", "lacking"],
)
def test_a_sitecustomize_of_the_users_own_does_what_it_does_without_it(
    files: Mapping[str, str], said: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        file = tmp_path / "own" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    code = "import os, sys; print(os.environ.get('OWN'), sys.modules.get('sitecustomize'))"
    assert said in same_as_without(sys.executable, "-c", code, folder=tmp_path, path=str(tmp_path / "own"))


def test_the_program_is_attributed_though_a_sitecustomize_of_the_users_own_fails(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise ValueError('not today')")
    code = "import celery.app, whose; print(whose.stats()['installed'])"
    done = run(*WHOSE, sys.executable, "-c", code, folder=tmp_path, path=str(tmp_path))
    assert done.stdout == "True\n"
    assert "ValueError: not today" in done.stderr


@pytest.mark.parametrize("name", ["usercustomize.py", "usercustomize/__init__.py"])
def test_a_usercustomize_runs_as_it_does_without_it(name: str, tmp_path: Path) -> None:
    own = tmp_path / "own" / name
    own.parent.mkdir(parents=True)
    own.write_text("import os; os.environ['OWN'] = 'ran'")
    path = os.pathsep.join([str(tmp_path / "own"), SOURCE])
    # A virtual environment has no usercustomize; the Python that it is made of has.
    python = os.path.realpath(sys.executable)
    code = "import os, sys; print(os.environ.get('OWN'))"
    assert same_as_without(python, "-c", code, folder=tmp_path, path=path, PYTHONUSERBASE=str(tmp_path)) == "ran\n"


@pytest.mark.parametrize("path", [None, "", "own", ":own", "own:", "own::other", ":"])
def test_the_path_of_the_program_is_what_it_is_without_it(path: str | None, tmp_path: Path) -> None:
    same_as_without(sys.executable, "-c", "import sys; print(sys.path)", folder=tmp_path, path=path)


@pytest.mark.parametrize("name", ["watching", "instrumentor", "installing"])
def test_a_module_of_the_program_is_not_hidden(name: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / f"{name}.py").write_text("print('my own')")
    done = run(*WHOSE, sys.executable, "-c", f"import {name}", folder=tmp_path, path=str(tmp_path / "own"))
    assert done.stdout == "my own\n", done.stderr


@pytest.mark.parametrize("flag", ["-I", "-E", "-S"])
def test_a_python_that_is_told_to_keep_its_surroundings_out_runs_undisturbed(flag: str, tmp_path: Path) -> None:
    assert same_as_without(sys.executable, flag, "-c", "print('undisturbed')", folder=tmp_path) == "undisturbed\n"


@pytest.mark.parametrize("flags", [["-P"], ["-X", "frozen_modules=off"], ["-W", "error"], ["-B"], ["-u"]])
def test_other_flags_change_nothing(flags: list[str], tmp_path: Path) -> None:
    code = "import celery.app, whose; print(whose.stats()['installed'])"
    done = run(
        *WHOSE, sys.executable, *flags, "-c", "import sys; print('sitecustomize' in sys.modules)", folder=tmp_path
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
    if flags != ["-W", "error"]:  # Celery itself warns
        assert run(*WHOSE, sys.executable, *flags, "-c", code, folder=tmp_path).stdout == "True\n"


def test_a_safe_path_is_no_hindrance(tmp_path: Path) -> None:
    code = "import celery.app, whose; print(whose.stats()['installed'])"
    assert run(*WHOSE, sys.executable, "-c", code, folder=tmp_path, PYTHONSAFEPATH="1").stdout == "True\n"


def test_a_program_of_another_environment_runs_and_one_line_says_what_is_missing(stranger: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"{IN_PROGRAM}print('own')")
    done = run(*WHOSE, stranger, "-c", "print('undisturbed')", folder=tmp_path, path=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "own\nundisturbed\n")
    assert done.stderr == (
        "whose: nothing is attributed in this program, since whose is not installed in its Python; run: "
        f"{stranger} -m pip install whose\n"
    )


def test_it_is_said_once_of_the_programs_that_a_process_becomes(stranger: str, tmp_path: Path) -> None:
    code = f"import os; os.execv({stranger!r}, ['python', '-c', 'print(1)'])"
    done = run(*WHOSE, stranger, "-c", code, folder=tmp_path)
    assert done.stdout == "1\n"
    assert done.stderr.count("pip install whose") == 1


@pytest.mark.parametrize(("is_usual", "lines"), [(False, 0), (True, 1)])
def test_of_children_it_is_said_where_there_is_something_to_attribute(
    is_usual: bool, lines: int, stranger: str, tmp_path: Path
) -> None:
    if is_usual:
        (tmp_path / "django.py").write_text("")
    code = f"import subprocess; subprocess.run([{stranger!r}, '-c', 'print(1)'])"
    done = run(*WHOSE, sys.executable, "-c", code, folder=tmp_path, path=str(tmp_path))
    assert done.stdout == "1\n"
    assert done.stderr.count("pip install whose") == lines


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("MIDDLEWARE = []\n")
    (tmp_path / "program.py").write_text(
        "import django\nfrom django.conf import settings\nimport json, os\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\ndjango.setup()\nprint(json.dumps(settings.MIDDLEWARE))\n"
    )
    site_packages = Path(pytest.__file__).parents[1]

    def files() -> dict[Path, bytes | None]:
        own = {file: file.read_bytes() for file in tmp_path.glob("*") if file.is_file()}
        return own | dict.fromkeys([*site_packages.glob("*"), *Path(SOURCE).rglob("*.p[!y]*")])

    before = files()
    with_it = run(*WHOSE, sys.executable, "-B", "program.py", folder=tmp_path)
    assert json.loads(with_it.stdout) == ["whose.hosts.django.CodeOwnerMiddleware"], with_it.stderr
    assert files() == before
    assert json.loads(run(sys.executable, "-B", "program.py", folder=tmp_path).stdout) == []


def test_settings_that_cannot_be_changed_do_not_keep_django_from_being_set_up(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("MIDDLEWARE = None\n")
    code = "import django; django.setup(); print('set up')"
    done = run(*WHOSE, sys.executable, "-c", code, folder=tmp_path, path=".", DJANGO_SETTINGS_MODULE="settings")
    assert (done.returncode, done.stdout) == (0, "set up\n"), done.stderr
    assert "whose contained an error in changing the settings of a program" in done.stderr


def test_an_agent_that_attaching_it_loads_is_written_to_once(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("")
    code = """
import celery.app, django, os, whose.runtime
os.environ["NEW_RELIC_DEVELOPER_MODE"] = "true"
django.setup()
print([outlet.name for outlet in whose.runtime.active().attributor.outlets].count("newrelic"))
"""
    done = run(*WHOSE, sys.executable, "-c", code, folder=tmp_path, path=".", DJANGO_SETTINGS_MODULE="settings")
    assert done.stdout == "1\n", done.stderr
