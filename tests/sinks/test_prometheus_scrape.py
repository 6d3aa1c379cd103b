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
