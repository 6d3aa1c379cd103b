"""A real Prometheus that scrapes what programs count, and the samples that it took in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.agents.launchers.processes import ProcessFailed, Started, free_port, listens

#: Serves what all processes have written, in one of its own, as a pod's exporter does.
_EXPORTER = """
import sys, time
from prometheus_client import CollectorRegistry, multiprocess, start_http_server
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
start_http_server(int(sys.argv[1]), addr="127.0.0.1", registry=registry)
time.sleep(3600)
"""
SECONDS_TO_SCRAPE = 30


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest value of a series."""

    metric: str
    labels: Mapping[str, str]
    value: float


class PrometheusServer:
    """Scrapes until the block ends; a context manager."""

    def __init__(self, directory: Path, *, python: Path) -> None:
        """Keep the values of the programs' processes in ``directory``; ``python`` runs the client that serves them."""
        self._directory = directory
        self._python = python
        self._exposed, self._served = free_port(), free_port()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        (self._directory / "values").mkdir()
        config = self._directory / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: project, static_configs: [{{targets: ['127.0.0.1:{self._exposed}']}}]}}]\n"
        )
        exporter = [str(self._python), "-c", _EXPORTER, str(self._exposed)]
        server = [
            _program("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={self._directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._served}",
        ]
        for name, command, port in (("exporter", exporter, self._exposed), ("prometheus", server, self._served)):
            started = Started(
                command,
                log=self._directory / f"{name}.log",
                environment={**os.environ, **self.environment},
                cwd=self._directory,
                is_ready=listens(port),
                statuses=(0, -15),
            )
            self._stack.enter_context(started)
            started.await_ready()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes prometheus-client add up the values of all processes."""
        return {"PROMETHEUS_MULTIPROC_DIR": str(self._directory / "values")}

    def samples(self) -> tuple[Sample, ...]:
        """Return the samples of a scrape that begins after this call, of ``whose``'s metrics.

        Raises:
            ProcessFailed: none has come within ``SECONDS_TO_SCRAPE``.

        """
        asked = time.time()
        end = time.monotonic() + SECONDS_TO_SCRAPE
        while not any(taken > asked for _, taken in self._answers("timestamp(up == 1)")):
            if time.monotonic() > end:
                raise ProcessFailed(f"Prometheus has scraped nothing within {SECONDS_TO_SCRAPE} s")
            time.sleep(0.1)
        return tuple(
            Sample(labels.pop("__name__"), labels, value) for labels, value in self._answers('{__name__=~"whose_.+"}')
        )

    def complaints(self) -> str:
        """Return what ``promtool`` has to say against the page that was scraped; empty when it finds nothing."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._exposed}/metrics", timeout=30) as response:
            page = response.read()
        checked = subprocess.run(
            [_program("promtool"), "check", "metrics"], input=page, capture_output=True, check=False, timeout=60
        )
        return f"{checked.stderr.decode()}{checked.stdout.decode()}"

    def _answers(self, query: str) -> list[tuple[dict[str, Any], float]]:
        url = f"http://127.0.0.1:{self._served}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(url, timeout=30) as response:
            found = json.load(response)["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in found]


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ProcessFailed(f"{name} is not on PATH: install Debian's package prometheus")
    return path
