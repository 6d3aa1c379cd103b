"""Clocks around a task's ``run`` and in its body, so that only what lies between them is measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks import projects


class Clocks:
    """Takes the time that passes between a task's ``run`` and its body, and that of one call in the body.

    The tracer around it takes thirty times as long as what we measure, an agent several hundred times, and either
    varies by more.
    """

    def __init__(self) -> None:
        self.inside: Callable[[], object] = lambda: None
        self._around: list[float] = []
        self._within: list[float] = []
        self._inside = 0
        made = projects.module(projects.MODULE, "def task(): watch()")
        made.watch = self._watch
        #: The function to make the task of.
        self.body: Callable[[], object] = made.task

    @property
    def of_wrapper(self) -> float:
        """Return the microseconds between ``run`` and the body, on the way in and out together."""
        return median(self._around)

    @property
    def of_call(self) -> float:
        """Return the microseconds of the call in the body."""
        return median(self._within)

    def around(self, task: Any) -> Any:
        """Return a task after putting a clock around its ``run``."""
        run = task.run

        def timed() -> None:
            begin = time.perf_counter_ns()
            run()
            self._around.append((time.perf_counter_ns() - begin - self._inside) / 1e3)

        task.run = timed
        return task

    def forget(self) -> None:
        """Forget what was measured, for the first runs find things out."""
        self._around.clear()
        self._within.clear()

    def _watch(self) -> None:
        begin = time.perf_counter_ns()
        self.inside()
        self._within.append((time.perf_counter_ns() - begin) / 1e3)
        self._inside = time.perf_counter_ns() - begin
