"""Agents and hosts a version older than the oldest we speak to, from the registry: refused by name, else left out."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.agents.launchers.environments import programs_of

pytestmark = pytest.mark.slow

#: The last before the oldest that is supported; by the sink or host.
TOO_OLD = {
    "celery": "celery==5.2.7",
    "django": "django==4.1.13",
    "elastic": "elastic-apm==6.19.0",
    "newrelic": "newrelic==8.11.0",
    "opentelemetry": "opentelemetry-sdk==1.19.0",
    "prometheus": "prometheus-client==0.16.0",
    "sentry": "sentry-sdk==1.45.1",
}
HOSTS = ("celery", "django")
PROGRAM = """
import logging, json, sys, whose
import celery, django.apps.registry, elasticapm, newrelic.agent, opentelemetry.sdk.trace, prometheus_client, sentry_sdk
warnings = []
class Kept(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())
logging.getLogger("whose").addHandler(Kept(logging.WARNING))
app = celery.Celery("shop", set_as_current=True)
@app.task
def pay(amount):
    return whose.current(), amount
whose.install({"mappings": {"red": ["__main__"]}})
with whose.attributing("__main__"):
    assert pay(3)[1] == pay.apply((3,)).get()[1] == 3
stats = whose.stats()
refused = {}
for sink in sys.argv[1:]:
    try:
        whose.install({"sinks": [sink]})
    except whose.OutdatedExtraError as error:
        refused[sink] = str(error)
print(json.dumps([warnings, sorted(stats["sinks"]), stats["hosts"], stats["contained_errors"], refused]))
"""
SINKS = tuple(name for name in TOO_OLD if name not in HOSTS)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what a program with all of them told."""
    # Celery 5.2 and its kombu import what they do not ask for.
    programs = programs_of("too-old", (*TOO_OLD.values(), "setuptools<81"))
    done = subprocess.run(
        [str(programs / "python"), "-c", PROGRAM, *SINKS],
        cwd=tmp_path_factory.mktemp("too-old"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_each_is_left_out_with_one_warning_and_the_program_runs_on(told: Any) -> None:
    warnings, sinks, hosts, contained, _ = told
    assert (sinks, hosts, contained) == (["logging"], ["http", "threads"], {})
    for name, requirement in TOO_OLD.items():
        version = requirement.partition("==")[2]
        (warning,) = [text for text in warnings if f"the {'host' if name in HOSTS else 'sink'} {name!r} needs" in text]
        assert f"{version} is installed here" in warning
        assert warning.endswith(f'pip install --upgrade "whose[{name}]"')
    assert len(warnings) == len(TOO_OLD)


@pytest.mark.parametrize("sink", SINKS)
def test_each_is_refused_when_asked_for_by_name(sink: str, told: Any) -> None:
    version = TOO_OLD[sink].partition("==")[2]
    assert f"{version} is installed here" in told[4][sink]
    assert told[4][sink].endswith(f'run: pip install --upgrade "whose[{sink}]"')
