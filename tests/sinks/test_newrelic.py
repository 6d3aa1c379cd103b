"""Custom attributes are what New Relic's agent makes of them, also where they are made ready beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = """
import json
import newrelic.agent
newrelic.agent.initialize()
settings = newrelic.agent.global_settings()
settings.enabled = settings.developer_mode = True
application = newrelic.agent.register_application(timeout=10)
from newrelic.api.background_task import BackgroundTask
from newrelic.api.transaction import current_transaction
import whose
from whose.runtime import active

LONG = "red-" + "r" * 400
whose.install({{"mappings": {{LONG: ["tasks_long"], "blue": ["tasks_blue"]}}, "sinks": ["newrelic"]}})
attributor = active().attributor
seen = []

def body():
    seen.append(dict(current_transaction()._custom_params))

def task(module):
    return attributor.attributed(body, attributor.entrance(module, kind="task", name=module))

def run(task, *, users=0, before=lambda transaction: None):
    with BackgroundTask(application, "task") as transaction:
        before(transaction)
        for number in range(users):
            transaction.add_custom_attribute(f"users_{{number}}", number)
        task()

long, blue = task("tasks_long"), task("tasks_blue")
{scenario}
assert whose.stats()["contained_errors"] == {{}}, whose.stats()
print(json.dumps(seen))
"""


def seen_by(scenario: str, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(scenario=scenario)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_every_run_has_what_the_agent_makes_of_the_attributes(tmp_path: Path) -> None:
    first, *others = seen_by("for _ in range(40): run(long)", tmp_path)
    assert first["code_owner"] == "red-" + "r" * 251
    assert others == [first] * 39


def test_attributes_of_the_users_own_stay(tmp_path: Path) -> None:
    seen = seen_by("for _ in range(3): run(blue)\nrun(blue, users=5)\nrun(blue, users=100)", tmp_path)
    assert {one["code_owner"] for one in seen} == {"blue"}
    assert [sum(key.startswith("users_") for key in one) for one in seen] == [0, 0, 0, 5, 100]


def test_no_transaction_has_more_than_the_agent_takes(tmp_path: Path) -> None:
    *_, full = seen_by("for _ in range(3): run(blue)\nrun(blue, users=127)", tmp_path)
    assert len(full) == 128
    assert full["code_owner"] == "blue"


@pytest.mark.parametrize(("is_secure", "keys"), [(True, set()), (False, {"code_owner"})])
def test_what_was_made_under_other_settings_is_made_anew(tmp_path: Path, is_secure: bool, keys: set[str]) -> None:
    scenario = f"""
import copy
def change(transaction):
    transaction._settings = copy.copy(transaction._settings)
    transaction._settings.high_security = {is_secure}
for _ in range(3): run(blue)
run(blue, before=change)
run(blue)
"""
    *_, before, changed, after = seen_by(scenario, tmp_path)
    assert changed.keys() & {"code_owner"} == keys
    assert before == after
    assert after["code_owner"] == "blue"
