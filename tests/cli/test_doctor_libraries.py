"""Libraries that are missing or too old, as ``whose doctor`` tells of them."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_doctor import RULES, doctor
from tests.core.test_missing_libraries import SINKS, SOURCE, copy_own_metadata, make_metadata
from whose.cli import FOUND, USAGE

#: What the command line itself needs.
CLI = ("click", "markdown_it", "mdurl", "pygments", "rich")
MAIN = "from whose.cli import main\nraise SystemExit(main())"


@pytest.fixture(scope="module")
def without_libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the command line's packages, and no others."""
    folder = tmp_path_factory.mktemp("without")
    copy_own_metadata(folder)
    for name in CLI:
        module = importlib.import_module(name)
        assert module.__file__ is not None
        (folder / name).symlink_to(Path(module.__file__).parent)
    return folder


def doctor_without(path: Path, folder: Path, *, rules: str = RULES, **environment: str) -> Any:
    """Return the exit code and the document of the command where no library is installed."""
    (folder / "whose.toml").write_text(rules)
    done = subprocess.run(
        [sys.executable, "-S", "-c", MAIN, "doctor", "--json"],
        env={"PYTHONPATH": os.pathsep.join((str(SOURCE), str(path))), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_every_missing_library_of_a_named_sink_is_fatal_and_names_its_extra(
    without_libraries: Path, tmp_path: Path
) -> None:
    rules = f"[tool.whose]\nsinks = {list(SINKS)}\n{RULES}"
    code, document = doctor_without(without_libraries, tmp_path, rules=rules)
    told = {(one["place"], one["mend"]) for one in document["findings"] if one["is_fatal"]}
    assert told == {(f"sink {sink!r}", f'pip install "whose[{extra}]"') for sink, (extra, _, _) in SINKS.items()}
    assert code == USAGE


def test_a_missing_library_that_the_environment_configures_is_a_finding(
    without_libraries: Path, tmp_path: Path
) -> None:
    code, document = doctor_without(without_libraries, tmp_path, NEW_RELIC_LICENSE_KEY="0" * 40)
    (finding,) = [one for one in document["findings"] if one["place"] == "sink 'newrelic'"]
    assert (code, finding["mend"], finding["is_fatal"]) == (FOUND, 'pip install "whose[newrelic]"', False)


def test_missing_libraries_that_nobody_wants_are_no_findings(without_libraries: Path, tmp_path: Path) -> None:
    _, document = doctor_without(without_libraries, tmp_path)
    assert [one["place"] for one in document["findings"]] == ["sinks"]


def test_libraries_that_are_too_old_are_shown_with_the_way_to_upgrade_them(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    make_metadata(old, [("sentry-sdk", "1.45.1"), ("celery", "5.2.7"), ("ddtrace", "2.21.3")])
    (tmp_path / "monitored.py").write_text("import sentry_sdk\n")
    path = {"PYTHONPATH": str(old)}
    done = doctor(tmp_path, "--import", "monitored", environment=path)
    assert done.returncode == FOUND
    for name, needs, extra in (
        ("sink 'sentry'", "sentry-sdk 2.0.1 or later, and 1.45.1", "sentry"),
        ("host 'celery'", "celery 5.3 or later, and 5.2.7", "celery"),
    ):
        line = f'{name}: needs {needs} is installed here; pip install --upgrade "whose[{extra}]"'
        assert line in done.stdout
    assert "sentry-sdk 1.45.1         too old, so left out" in done.stdout
    # Nobody has loaded it.
    assert "sink 'datadog'" not in done.stdout
    rules = f'[tool.whose]\nsinks = ["sentry"]\n{RULES}'
    assert doctor(tmp_path, rules=rules, environment=path).returncode == USAGE
