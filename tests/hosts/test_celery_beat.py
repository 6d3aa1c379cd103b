"""Who asked for what beat sends: a real beat, and a worker that runs what it sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Team red has the configuration, green adds an entry by hand, blue has the task; nobody owns the app.
FILES = {
    "whose.toml": """
sinks = []
[mappings]
red = ["red_config"]
blue = ["blue_tasks"]
green = ["green_added"]
violet = ["violet_settings"]
""",
    "blue_tasks.py": """
import whose
from celery import shared_task

@shared_task(name="blue.tick")
def tick(name):
    attributes = whose.current().attributes
    with open("seen.txt", "a") as seen:
        print(name, *(attributes.get(f"code_owner{part}") for part in ("", "_caller", "_root")), file=seen)
""",
    "red_config.py": """
broker_url = "memory://"
task_default_queue = "beat"
beat_schedule = {"held": {"task": "blue.tick", "schedule": 0.05, "args": ("held",)}}

class Settings:
    broker_url = "memory://"
    beat_schedule = beat_schedule
""",
    "nobodys_config.py": "from red_config import *\nbeat_schedule = dict(beat_schedule)\n",
    "violet_settings.py": """
CELERY_BROKER_URL = "memory://"
CELERY_BEAT_SCHEDULE = {"held": {"task": "blue.tick", "schedule": 0.05, "args": ("held",)}}
""",
    "green_added.py": """
def add(app):
    app.add_periodic_task(0.05, app.tasks["blue.tick"], args=("added",), name="added")
""",
    "run.py": """
import os, sys, threading, time
from pathlib import Path
from celery import Celery, signals
from celery.beat import Scheduler, Service
from celery.contrib.testing.worker import start_worker
import whose

whose.install()
app = Celery("beaten")
exec(sys.argv[1])
import blue_tasks, green_added
app.finalize()
green_added.add(app)
service = Service(app, max_interval=0.05, scheduler_cls=Scheduler)
threading.Thread(target=service.start).start()
seen = Path("seen.txt")
with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = set(seen.read_text().splitlines()) if seen.exists() else set()
        if len(lines) >= 2:
            break
        time.sleep(0.05)
    os._exit(0)  # shutting down in good order takes seconds
""",
}


OF_DJANGO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "violet_settings"
app.config_from_object("django.conf:settings", namespace="CELERY")
"""
ASSIGNED = """
app.config_from_object("red_config")
app.conf.beat_schedule = {"held": {"task": "blue.tick", "schedule": 0.05, "args": ("held",)}}
"""


@pytest.mark.parametrize(
    ("configure", "team"),
    [
        ("app.config_from_object('red_config')", "red"),
        ("import red_config; app.config_from_object(red_config)", "red"),
        ("app.config_from_object('red_config:Settings')", "red"),
        ("from red_config import Settings; app.config_from_object(Settings)", "red"),
        (OF_DJANGO, "violet"),
        ("app.config_from_object('nobodys_config')", "blue"),
        (ASSIGNED, "blue"),
    ],
    ids=["name", "module", "name of class", "class", "django", "nobody's", "assigned"],
)
def test_what_beat_sends_is_asked_for_by_who_holds_the_schedule(tmp_path: Path, configure: str, team: str) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "run.py", configure], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = {line.partition(" ")[0]: line.split()[1:] for line in (tmp_path / "seen.txt").read_text().splitlines()}
    assert seen == {"held": ["blue", team, team], "added": ["blue", "green", "green"]}, done.stderr
