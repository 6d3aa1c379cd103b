"""Sentry's cron monitors as a real beat and a real worker describe them: each names the owner of its entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.agents.launchers.agents import PROGRAMS
from tests.agents.launchers.beats import run_beats
from tests.agents.launchers.environments import programs_of
from tests.agents.receivers.sentry import Item, SentryReceiver
from tests.agents.test_oldest_versions import OTHERS, VERSIONS

FILES = {
    "whose.toml": """
[mappings]
red = ["red_tasks"]
green = ["green_tasks"]
blue = ["blue_added"]
[teams.red.contacts]
sentry = "team:4501"
[teams.blue.contacts]
sentry = "team:4502"
[teams.green.contacts]
slack = "#green"
""",
    "red_tasks.py": """
import sentry_sdk
from beaten import app

def work():
    pass

for name in ("crontab", "interval", "added", "stored", "patched"):
    app.task(work, name=name)

@app.task(name="by hand")
@sentry_sdk.monitor(
    monitor_slug="by hand",
    monitor_config={"schedule": {"type": "interval", "value": 1, "unit": "hour"}, "owner": "user:9"},
)
def by_hand():
    pass
""",
    "green_tasks.py": """
from beaten import app

@app.task(name="without contact")
def work():
    pass
""",
    "nobodys_tasks.py": """
from beaten import app

@app.task(name="unowned")
def work():
    pass
""",
    "blue_added.py": """
from celery.schedules import crontab

def add(app):
    app.add_periodic_task(crontab(), app.tasks["added"], name="added")
""",
    "beaten.py": """
import os
from datetime import timedelta
from celery import Celery, signals
from celery.beat import PersistentScheduler
from celery.schedules import crontab

ORDER = os.environ.get("ORDER", "sentry, then whose")

def start_sentry(**_):
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration, beat

    integration = CeleryIntegration(monitor_beat_tasks=True, exclude_beat_tasks=["by hand"])
    sentry_sdk.init(traces_sample_rate=1.0, integrations=[integration], auto_enabling_integrations=False)
    describe = beat._get_monitor_config

    def describe_with_owner(schedule, app, name):
        config = describe(schedule, app, name)
        return {**config, "owner": "user:9"} if name == "patched" else config

    beat._get_monitor_config = describe_with_owner

if ORDER == "sentry, then whose":
    start_sentry()
elif ORDER == "sentry imported, whose, then sentry":
    import sentry_sdk
elif ORDER == "sentry as beat begins":
    import sentry_sdk
    signals.beat_init.connect(start_sentry, weak=False)
import whose
whose.install()
if ORDER in ("whose, then sentry", "sentry imported, whose, then sentry"):
    start_sentry()

app = Celery("beaten", broker=os.environ["BROKER"])
app.conf.beat_schedule = {
    **{
        name: {"task": name, "schedule": crontab()}
        for name in ("crontab", "without contact", "unowned", "patched", "by hand")
    },
    "interval": {"task": "interval", "schedule": 60},
    "of no task here": {"task": "unheard.of", "schedule": crontab()},
}
import red_tasks, green_tasks, nobodys_tasks, blue_added
app.finalize()
blue_added.add(app)

class Scheduler(PersistentScheduler):
    def setup_schedule(self):
        super().setup_schedule()
        # As in a database: the configuration knows nothing of it.
        entry = self.schedule["stored"] = self.Entry(name="stored", task="stored", schedule=crontab(), app=self.app)
        entry.last_run_at -= timedelta(hours=1)
""",
}
ORDERS = (
    "sentry, then whose",
    "whose, then sentry",
    "sentry imported, whose, then sentry",
    "sentry as beat begins",
)
OWNERS = {
    "crontab": "team:4501",
    "interval": "team:4501",
    "stored": "team:4501",
    "added": "team:4502",
    "patched": "user:9",
    "without contact": None,
    "unowned": None,
    "of no task here": None,
}
NEVER_RUN = {"of no task here"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What beats and worker sent."""

    check_ins: tuple[Item, ...]
    transactions: tuple[Item, ...]
    #: What all processes wrote.
    log: str

    def owners(self, *, order: str, status: str) -> dict[str, Any]:
        """Return the owner that the monitor of each entry names, by what the beat of an order or its worker sent."""
        return {
            check_in.payload["monitor_slug"]: check_in.payload["monitor_config"].get("owner")
            for check_in in self.check_ins
            if check_in.payload["environment"] == order and check_in.payload["status"] == status
        }


def sent_by_beats(orders: tuple[str, ...], *, project: Path, programs: Path) -> Sent:
    for name, text in FILES.items():
        (project / name).write_text(text)
    with SentryReceiver() as sentry:

        def have_arrived() -> bool:
            check_ins = sentry.items("check_in")
            begun = [check_in for check_in in check_ins if check_in.payload["status"] == "in_progress"]
            ended = [check_in for check_in in check_ins if check_in.payload["status"] == "ok"]
            runs = len(OWNERS) - len(NEVER_RUN) + 1
            return len(begun) >= len(orders) * (len(OWNERS) + 1) and len(ended) >= len(orders) * runs

        run_beats(
            "beaten",
            project=project,
            beats={order: {"ORDER": order, "SENTRY_ENVIRONMENT": order} for order in orders},
            environment={**sentry.environment, "SENTRY_ENVIRONMENT": "worker"},
            programs=programs,
            has_arrived=have_arrived,
        )
        log = "\n".join(path.read_text() for path in project.glob("*.log"))
        return Sent(sentry.items("check_in"), sentry.items("transaction"), log)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    return sent_by_beats(ORDERS, project=tmp_path_factory.mktemp("beats"), programs=PROGRAMS)


@pytest.mark.parametrize("order", ORDERS)
def test_the_monitor_of_an_entry_names_its_owner(sent: Sent, order: str) -> None:
    assert sent.owners(order=order, status="in_progress") == OWNERS


def test_the_worker_names_the_same_owner(sent: Sent) -> None:
    run = {name: owner for name, owner in OWNERS.items() if name not in NEVER_RUN}
    assert sent.owners(order="worker", status="ok") == {**run, "by hand": "user:9"}


def test_nothing_goes_wrong_on_our_side(sent: Sent) -> None:
    assert "celery@" in sent.log
    assert "whose contained" not in sent.log


def test_the_monitors_schedule_is_the_entrys(sent: Sent) -> None:
    configs: dict[str, Mapping[str, Any]] = {
        check_in.payload["monitor_slug"]: check_in.payload["monitor_config"] for check_in in sent.check_ins
    }
    assert configs["crontab"]["schedule"] == {"type": "crontab", "value": "* * * * *"}
    assert configs["interval"]["schedule"] == {"type": "interval", "value": 1, "unit": "minute"}


def test_the_monitors_owner_is_the_team_that_asked_for_the_task(sent: Sent) -> None:
    contacts = {"red": "team:4501", "blue": "team:4502"}
    callers = {
        item.payload["contexts"]["trace"]["trace_id"]: item.tags.get("code_owner_caller") for item in sent.transactions
    }
    ended = [
        (item.payload["monitor_slug"], contacts.get(str(callers[item.payload["contexts"]["trace"]["trace_id"]])))
        for item in sent.check_ins
        if item.payload["status"] == "ok" and item.payload["monitor_slug"] not in ("patched", "by hand")
    ]
    assert set(ended) == {(name, OWNERS[name]) for name in OWNERS if name not in {*NEVER_RUN, "patched"}}


@pytest.mark.slow
@pytest.mark.parametrize("versions", VERSIONS)
def test_the_oldest_versions_name_the_owner_of_entries_in_the_configuration(versions: str, tmp_path: Path) -> None:
    programs = programs_of(versions.replace(" ", "-"), (*VERSIONS[versions], *OTHERS))
    sent = sent_by_beats(ORDERS[:2], project=tmp_path, programs=programs)
    for order in ORDERS[:2]:
        assert sent.owners(order=order, status="in_progress") == {**OWNERS, "stored": None}
