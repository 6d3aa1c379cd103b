"""Run Celery's unit tests and Django's handler and middleware tests with and without whose, and compare.

``make test-peers``. The source distributions of the installed versions come from the registry. Exits with 1 where a
test ends differently, but for those that read the closure of a function of Celery's (``LOOKING_INSIDE``); tests that
fail either way are listed and are not ours.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "peers"
#: What Celery's tests import beside Celery (requirements/test.txt of its sources).
CELERY_NEEDS = (
    "pytest-celery>=1.3", "pytest-rerunfailures", "pytest-subtests", "pytest-timeout", "pytest-click", "pytest-order",
    "freezegun", "boto3", "moto", "cryptography", "gevent", "eventlet", "pyyaml", "msgpack", "pymongo",
)  # fmt: skip
CELERY_TESTS = ("t/unit/app", "t/unit/tasks", "t/unit/worker", "t/unit/utils", "t/unit/concurrency")
#: Fewer tests than this say that the tests could not be run, not that all is well.
FEWEST = 500
#: Tests that look into the closure of the function that Celery puts around ``run``, where they find our wrapper of it:
#: by their file, the test, and what is read there. Each has to pass where it looks through ``__wrapped__``.
LOOKING_INSIDE = {
    ("t/unit/tasks/test_tasks.py", "test_autoretry_shared_retry_kwargs_not_mutated_by_max_retries_override"): (
        "task.run.__code__",
        "task.run.__closure__",
    )
}
DJANGO_TESTS = (
    "handlers", "middleware", "middleware_exceptions", "urlpatterns", "urlpatterns_reverse", "asgi", "async", "wsgi",
    "signals", "dispatch", "test_client", "view_tests", "user_commands", "csrf_tests", "decorators",
)  # fmt: skip


def main() -> int:
    """Return 0 where every test ended as it does without whose."""
    python = environment()
    without, with_ = (celery_outcomes(python, with_whose=with_whose) for with_whose in (False, True))
    different = compare("Celery", without, with_, explained=explained(python))
    without, with_ = (django_outcomes(python, with_whose=with_whose) for with_whose in (False, True))
    different += compare("Django", without, with_)
    return 1 if different else 0


def environment() -> Path:
    """Return the interpreter of an environment with whose, Celery, Django and what their tests need."""
    folder = BUILD / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        print("making an environment for the peers' tests")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    peers = [f"{name}=={importlib.metadata.version(name)}" for name in ("celery", "django")]
    needs = [*peers, *CELERY_NEEDS, "pytest", "jinja2", "redis", "pydantic", "-e", str(ROOT)]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *needs], check=True, cwd=BUILD)
    return python


def sources(name: str, python: Path) -> Path:
    """Return the unpacked source distribution of an installed version."""
    version = importlib.metadata.version(name)
    folder = BUILD / f"{name}-{version}"
    if not folder.exists():
        print(f"fetching the sources of {name} {version}")
        download = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", f"{name}=={version}"]
        subprocess.run([str(python), "-m", *download, "--dest", str(BUILD)], check=False)
        (archive,) = [file for file in BUILD.glob("*.tar.gz") if file.name.lower().startswith(f"{name}-{version}")]
        with tarfile.open(archive) as packed:
            packed.extractall(BUILD, filter="data")
        unpacked = BUILD / archive.name.removesuffix(".tar.gz")
        if unpacked != folder:
            unpacked.rename(folder)
    return folder


def celery_outcomes(python: Path, *, with_whose: bool) -> Mapping[str, str]:
    """Return how each of Celery's unit tests ended."""
    folder = sources("celery", python)
    report = BUILD / f"celery-{'with' if with_whose else 'without'}.xml"
    plugin = ["-p", "tests.peers.celery_plugin"] if with_whose else []
    tests = [test for test in CELERY_TESTS if (folder / test).exists()]
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin]
    variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    print(f"running {' '.join(tests)} of Celery {'with' if with_whose else 'without'} whose")
    subprocess.run(
        [*command, f"--junitxml={report}", *tests], cwd=folder, env=variables, check=False, capture_output=True
    )
    return outcomes_of(report)


def explained(python: Path) -> set[str]:
    """Return those of LOOKING_INSIDE that pass with whose once they look through ``__wrapped__``."""
    folder = sources("celery", python)
    passed = set()
    for (file, test), expressions in LOOKING_INSIDE.items():
        text = (folder / file).read_text()
        for expression in expressions:
            text = text.replace(expression, expression.replace("run.", "run.__wrapped__."))
        copy = (folder / file).with_name("test_looking_through.py")
        copy.write_text(text)
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.peers.celery_plugin"]
        variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
        done = subprocess.run(
            [*command, "-k", test, str(copy)], cwd=folder, env=variables, check=False, capture_output=True, text=True
        )
        copy.unlink()
        if done.returncode == 0 and "1 passed" in done.stdout:
            passed.add(test)
    return passed


def outcomes_of(report: Path) -> Mapping[str, str]:
    """Return the outcomes in a JUnit report, by the name of the test."""
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        outcomes[re.sub(r"0x[0-9a-f]+", "0x", name)] = kinds[0] if kinds else "passed"
    return outcomes


def django_outcomes(python: Path, *, with_whose: bool) -> Mapping[str, str]:
    """Return how each of Django's tests ended."""
    folder = sources("django", python) / "tests"
    settings = "django_with_whose" if with_whose else "test_sqlite"
    variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{Path(__file__).parent}"}
    print(f"running {' '.join(DJANGO_TESTS)} of Django {'with' if with_whose else 'without'} whose")
    command = [str(python), "runtests.py", f"--settings={settings}", "--parallel=1", "-v", "2", *DJANGO_TESTS]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    (BUILD / f"django-{'with' if with_whose else 'without'}.log").write_text(done.stdout + done.stderr)
    line = re.compile(r"^(\w+ \([\w.]+\))(?:.*?\n)??.*?\.\.\. (ok|FAIL|ERROR|skipped|expected failure)", re.MULTILINE)
    return {found[1]: found[2] for found in line.finditer(done.stderr)}


def compare(name: str, without: Mapping[str, str], with_: Mapping[str, str], *, explained: Collection[str] = ()) -> int:
    """Print what was compared and return the number of tests that ended differently, but for what is explained."""
    if len(without) < FEWEST:
        print(f"{name}: only {len(without)} tests ran, so nothing can be said; see {BUILD}")
        return 1
    different = sorted(test for test in without.keys() | with_.keys() if without.get(test) != with_.get(test))
    good = sum(outcome in ("passed", "ok") for outcome in without.values())
    print(f"{name}: {len(without)} tests, {good} passed without whose; {len(different)} ended differently with it")
    harmless = [test for test in different if test.rpartition("::")[2] in explained]
    for test in different:
        why = "; it reads the closure of task.run, and passes looking through __wrapped__" if test in harmless else ""
        print(f"  {test}: {without.get(test, 'not run')} without, {with_.get(test, 'not run')} with{why}")
    failing = sorted(test for test, outcome in without.items() if outcome in ("failure", "error", "FAIL", "ERROR"))
    for test in failing:
        print(f"  {test}: fails either way")
    return len(different) - len(harmless)


if __name__ == "__main__":
    sys.exit(main())
