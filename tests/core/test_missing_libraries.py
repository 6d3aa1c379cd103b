"""Libraries that are missing or too old: an error with the mend where they were asked for, else hardly a word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "src"
#: Each sink with its extra, what it needs, and a version that is too old.
SINKS = {
    "newrelic": ("newrelic", "newrelic 9", "8.11.0"),
    "opentelemetry": ("opentelemetry", "opentelemetry-api 1.20", "1.19.0"),
    "opentelemetry_metrics": ("opentelemetry", "opentelemetry-api 1.20", "1.19.0"),
    "datadog": ("datadog", "ddtrace 3", "2.21.3"),
    "sentry": ("sentry", "sentry-sdk 2.0.1", "1.45.1"),
    "elastic": ("elastic", "elastic-apm 6.20", "6.19.0"),
    "prometheus": ("prometheus", "prometheus-client 0.17", "0.16.0"),
}
NAMED = f"""
import json, whose
said = {{}}
for sink in {list(SINKS)}:
    try:
        whose.install({{"sinks": [sink]}})
        said[sink] = "installed"
    except whose.MissingExtraError as error:
        said[sink] = f"{{type(error).__name__}}: {{error}}"
    assert not whose.stats()["installed"] or said[sink] == "installed"
print(json.dumps(said))
"""
DETECTED = """
import json, logging, sys, whose
logging.basicConfig(stream=sys.stderr)
logging.getLogger("whose").setLevel(logging.DEBUG)
records = []
class Kept(logging.Handler):
    def emit(self, record):
        records.append((record.levelname, record.getMessage()))
logging.getLogger("whose").addHandler(Kept())
whose.install()
whose.install()
with whose.attributing("shop"):
    pass
stats = whose.stats()
print(json.dumps([records, sorted(stats["sinks"]), stats["hosts"], stats["contained_errors"]]))
"""
AGENTS = "import celery, ddtrace, django.apps.registry, elasticapm, newrelic.agent, prometheus_client, sentry_sdk\n"


def run(program: str, *path: Path, site: bool, folder: Path, **environment: str) -> Any:
    """Return the JSON that a program prints, with or without the packages that are installed here."""
    done = subprocess.run(
        [sys.executable, *([] if site else ["-S"]), "-c", program],
        env={"PYTHONPATH": os.pathsep.join(map(str, path)), "DD_TRACE_ENABLED": "false", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the metadata of whose as installed, and of nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    copy_own_metadata(folder)
    return folder


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose metadata say that every library is here in a version too old."""
    folder = tmp_path_factory.mktemp("old")
    libraries = [(needs.partition(" ")[0], version) for _, needs, version in SINKS.values()]
    make_metadata(folder, [*libraries, ("celery", "5.2.7"), ("django", "3.2.25")])
    return folder


def copy_own_metadata(folder: Path) -> None:
    metadata = folder / "whose-0.1.0.dist-info"
    metadata.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        (metadata / name).write_text(distribution("whose").read_text(name) or "")


def make_metadata(folder: Path, libraries: Iterable[tuple[str, str]]) -> None:
    for name, version in dict(libraries).items():
        metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture(scope="module")
def said_of_missing(alone: Path) -> Any:
    return run(NAMED, SOURCE, alone, site=False, folder=alone)


@pytest.fixture(scope="module")
def said_of_old(old: Path) -> Any:
    return run(NAMED, old, site=True, folder=old)


@pytest.mark.parametrize("sink", SINKS)
def test_a_sink_asked_for_whose_library_is_missing_names_the_extra(sink: str, said_of_missing: Any) -> None:
    extra = SINKS[sink][0]
    assert said_of_missing[sink].startswith(f"MissingExtraError: the sink {sink!r} needs ")
    assert said_of_missing[sink].endswith(f', which is not installed here; run: pip install "whose[{extra}]"')


@pytest.mark.parametrize("sink", SINKS)
def test_a_sink_asked_for_whose_library_is_too_old_names_both_versions_and_the_extra(
    sink: str, said_of_old: Any
) -> None:
    extra, needs, version = SINKS[sink]
    assert said_of_old[sink] == (
        f"OutdatedExtraError: the sink {sink!r} needs {needs} or later, and {version} is installed here; "
        f'run: pip install --upgrade "whose[{extra}]"'
    )


def test_libraries_that_nobody_asked_for_and_are_missing_are_worth_a_debug_record(alone: Path) -> None:
    key = {"NEW_RELIC_LICENSE_KEY": "0" * 40}
    records, sinks, hosts, contained = run(DETECTED, SOURCE, alone, site=False, folder=alone, **key)
    assert {level for level, _ in records} == {"DEBUG"}
    left_out = {name for _, message in records for name in ("celery", "newrelic") if f"{name!r} out" in message}
    assert left_out == {"celery", "newrelic"}
    assert (sinks, hosts, contained) == (["logging"], ["django", "http", "threads"], {})


def test_libraries_that_nobody_asked_for_and_are_too_old_are_left_out_with_one_warning_each(old: Path) -> None:
    records, sinks, hosts, contained = run(AGENTS + DETECTED, old, site=True, folder=old)
    warnings = [message for level, message in records if level == "WARNING"]
    # That of metrics is there only when named.
    expected = {name: said for name, said in SINKS.items() if name != "opentelemetry_metrics"}
    for sink, (extra, needs, version) in expected.items():
        (warning,) = [message for message in warnings if f"the sink {sink!r} needs {needs} " in message]
        assert warning.endswith(f'{version} is installed here; run: pip install --upgrade "whose[{extra}]"')
    for host, needs in (("celery", "celery 5.3"), ("django", "django 4.2")):
        (warning,) = [message for message in warnings if f"the host {host!r} needs {needs} or later" in message]
        assert warning.endswith(f'pip install --upgrade "whose[{host}]"')
    assert len(warnings) == len(expected) + 2
    assert (sinks, hosts, contained) == (["logging"], ["http", "threads"], {})


def test_the_app_of_django_refuses_a_django_that_is_too_old(old: Path) -> None:
    program = """
import django, json, whose
from django.conf import settings
settings.configure(INSTALLED_APPS=["whose.hosts.django"])
try:
    django.setup()
except whose.OutdatedExtraError as error:
    print(json.dumps(str(error)))
"""
    said = run(program, old, site=True, folder=old)
    assert said == (
        "the app 'whose.hosts.django' needs django 4.2 or later, and 3.2.25 is installed here; "
        'run: pip install --upgrade "whose[django]"'
    )


def test_the_processor_for_structlog_needs_no_structlog(alone: Path) -> None:
    program = """
import json, whose
from whose.sinks.structlog import add_code_owner
whose.install({"mappings": {"red": ["shop"]}, "sinks": []})
with whose.attributing("shop"):
    print(json.dumps(add_code_owner(None, "info", {"event": "paid"})["code_owner"]))
"""
    assert run(program, SOURCE, alone, site=False, folder=alone) == "red"


def test_a_sink_of_somebody_else_is_told_by_its_own_package(alone: Path) -> None:
    metadata = alone / "own_sink-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: own-sink\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[whose.sinks]\nblackboard = own_sink:BlackboardSink\n")
    (alone / "own_sink.py").write_text("import chalk\n")
    program = """
import json, whose
try:
    whose.install({"sinks": ["blackboard"]})
except whose.MissingExtraError as error:
    print(json.dumps(str(error)))
"""
    said = run(program, SOURCE, alone, site=False, folder=alone)
    assert said == "the sink 'blackboard' needs chalk, which is not installed here; run: pip install \"own-sink\""


def test_only_libraries_that_are_to_be_used_are_looked_up(alone: Path) -> None:
    program = """
import importlib.metadata, json, whose
looked_up = []
distribution = importlib.metadata.distribution
importlib.metadata.distribution = lambda name: looked_up.append(name) or distribution(name)
whose.install()
print(json.dumps(looked_up))
"""
    looked_up = run(program, site=True, folder=alone)
    # Celery is about to be imported; OpenTelemetry's SDK is here, and may be set up later.
    libraries = {"celery", "django", *(needs.partition(" ")[0] for _, needs, _ in SINKS.values())}
    assert libraries.intersection(looked_up) == {"celery", "opentelemetry-api"}
    assert looked_up.count("whose") == 1
