"""A real Prometheus scrapes the metrics of programs whose children did the work: plain forks and Celery's prefork."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.agents.launchers.redis import RedisServer

PROGRAM = """
import os, sys, time, prometheus_client, whose
from prometheus_client import CollectorRegistry, multiprocess
whose.install({"mappings": {"red": ["metered.red"]}, "sinks": ["prometheus"]})
for _ in range(3):
    child = os.fork()
    if not child:
        for _ in range(5):
            with whose.attributing("metered.red", kind="task"):
                pass
        os._exit(0)
    os.waitpid(child, 0)
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
prometheus_client.start_http_server(int(sys.argv[1]), addr="127.0.0.1", registry=registry)
time.sleep(60)
"""

#: What serves the values of a worker's children, as a program beside the worker does.
EXPORTER = """
import sys, time, prometheus_client
from prometheus_client import CollectorRegistry, multiprocess
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
prometheus_client.start_http_server(int(sys.argv[1]), addr="127.0.0.1", registry=registry)
time.sleep(120)
"""
WORKER = """
import os, celery, whose
app = celery.Celery("metered", broker=os.environ["BROKER"], backend=os.environ["BROKER"])
whose.install({"mappings": {"red": ["metered_red"]}, "costs": ["wall", "queue"], "sinks": ["prometheus"]})
import metered_red

@app.task
def nobodys():
    pass
"""
RED = """
import celery, os

@celery.shared_task
def succeed():
    return os.getpid()

@celery.shared_task
def fail():
    raise ValueError
"""
#: Asks for the tasks, and waits until all have run.
CLIENT = """
import metered, metered_red
asked = [metered_red.succeed.delay() for _ in range(20)]
asked += [metered_red.fail.delay() for _ in range(7)] + [metered.nobodys.delay() for _ in range(5)]
for result in asked:
    result.get(timeout=60, propagate=False)
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answer(port: int, query: str) -> list[tuple[dict[str, str], float]]:
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            result = json.load(response)["data"]["result"]
    except OSError:
        return []
    return [(found["metric"], float(found["value"][1])) for found in result]


def test_the_work_of_all_children_is_scraped(tmp_path: Path) -> None:
    prometheus = shutil.which("prometheus")
    assert prometheus, "prometheus is missing: install the package prometheus"
    values = tmp_path / "values"
    values.mkdir()
    ours, theirs = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{ours}']}}]}}]\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(values)}
    arguments = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}"]
    with (
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(ours)], env=environment) as program,
        subprocess.Popen(
            [prometheus, *arguments, f"--web.listen-address=127.0.0.1:{theirs}"], stderr=subprocess.DEVNULL
        ) as server,
    ):
        try:
            found: list[tuple[dict[str, str], float]] = []
            deadline = time.monotonic() + 25
            while not found and time.monotonic() < deadline:
                time.sleep(0.3)
                found = answer(theirs, "whose_work_total")
            durations = answer(theirs, "whose_work_seconds_count")
        finally:
            server.terminate()
            program.terminate()
    assert [(labels["kind"], labels["code_owner"], value) for labels, value in found] == [("task", "red", 15)]
    assert [value for _, value in durations] == [15]


@pytest.mark.slow
def test_the_work_of_preforked_children_of_celery_is_scraped(tmp_path: Path) -> None:
    prometheus, promtool = shutil.which("prometheus"), shutil.which("promtool")
    assert prometheus, "prometheus is missing: install the package prometheus"
    assert promtool, "promtool is missing: install the package prometheus"
    values = tmp_path / "values"
    values.mkdir()
    (tmp_path / "metered.py").write_text(WORKER)
    (tmp_path / "metered_red.py").write_text(RED)
    ours, theirs = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{ours}']}}]}}]\n"
    )
    arguments = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}"]
    worker = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "metered",
        "worker",
        "--pool=prefork",
        "--concurrency=2",
        "-l",
        "error",
    ]
    with RedisServer(tmp_path) as redis:
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(values), "BROKER": redis.url}
        with subprocess.Popen(worker, cwd=tmp_path, env=environment) as working:
            try:
                client = {name: value for name, value in environment.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
                subprocess.run([sys.executable, "-c", CLIENT], cwd=tmp_path, env=client, check=True, timeout=90)
            finally:
                working.terminate()
        with (
            subprocess.Popen([sys.executable, "-c", EXPORTER, str(ours)], env=environment) as exporter,
            subprocess.Popen(
                [prometheus, *arguments, f"--web.listen-address=127.0.0.1:{theirs}"], stderr=subprocess.DEVNULL
            ) as server,
        ):
            try:
                deadline = time.monotonic() + 25
                while not answer(theirs, "whose_work_total") and time.monotonic() < deadline:
                    time.sleep(0.3)
                found = {
                    name: {labels.get("code_owner", labels["kind"]): value for labels, value in answer(theirs, name)}
                    for name in (
                        "whose_work_total",
                        "whose_work_seconds_count",
                        "whose_work_failures_total",
                        "whose_unowned_total",
                        "whose_queue_seconds_count",
                    )
                }
                with urllib.request.urlopen(f"http://127.0.0.1:{ours}/metrics", timeout=5) as response:
                    text = response.read()
            finally:
                server.terminate()
                exporter.terminate()
    assert found == {
        "whose_work_total": {"red": 27, "none": 5},
        "whose_work_seconds_count": {"red": 27, "none": 5},
        "whose_work_failures_total": {"red": 7},
        "whose_unowned_total": {"task": 5},
        "whose_queue_seconds_count": {"red": 27, "none": 5},
    }
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
