"""Times variants of one thing side by side: short interleaved rounds, paired with a bare run, in fresh processes."""

from __future__ import annotations

import gc
import multiprocessing
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median

#: Runs one variant some times and returns the seconds that one run took.
Lap = Callable[[], float]
#: What one process measured, by name.
Measured = dict[str, float]

_WARM_UP = 3
_FEWEST_ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    #: Fresh processes that measure the same; the median of them is what counts.
    processes: int
    #: Seconds for each comparison in each process.
    seconds: float


QUICK = Effort(processes=1, seconds=0.7)
FULL = Effort(processes=5, seconds=1.2)


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of what several processes measured, with the lowest and the highest."""

    median: float
    lowest: float
    highest: float

    def less(self, what: float) -> Figure:
        """Return the figure with something taken off."""
        return Figure(self.median - what, self.lowest - what, self.highest - what)


Figures = Mapping[str, Figure]


def lap(call: Callable[[], object], *, runs: int) -> Lap:
    """Return a lap that makes a call some times."""

    def timed() -> float:
        turns = range(runs)
        # The processor time of this thread, so that what else runs on the machine counts as little as possible.
        begin = time.thread_time()
        for _ in turns:
            call()
        return (time.thread_time() - begin) / runs

    return timed


def lap_of(call: Callable[[object], object], *, make: Callable[[], object], runs: int) -> Lap:
    """Return a lap that makes a call some times, each with a fresh thing that was made before the clock started."""

    def timed() -> float:
        things = [make() for _ in range(runs)]
        begin = time.thread_time()
        for thing in things:
            call(thing)
        return (time.thread_time() - begin) / runs

    return timed


def added(laps: Mapping[str, Lap], *, seconds: float) -> Measured:
    """Return how many microseconds each lap takes more than the first: the median of the differences in calm rounds.

    Under the name of the first stands what that one takes itself.
    """
    times = _calm(_rounds(laps, seconds=seconds))
    (bare, before), *others = times.items()
    measured = {bare: median(before) * 1e6}
    for name, taken in others:
        measured[name] = median(mine - base for mine, base in zip(taken, before, strict=True)) * 1e6
    return measured


def taken(laps: Mapping[str, Lap], *, seconds: float) -> Measured:
    """Return how many microseconds each lap takes, interleaved as for :func:`added`."""
    return {name: median(times) * 1e6 for name, times in _calm(_rounds(laps, seconds=seconds)).items()}


def _rounds(laps: Mapping[str, Lap], *, seconds: float) -> dict[str, list[float]]:
    """Run every lap once a round, in an order that changes; without garbage collection, which would hit one of them."""
    times: dict[str, list[float]] = {name: [] for name in laps}
    order = list(laps)
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(_WARM_UP):
            for run in laps.values():
                run()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times[order[0]]) < _FEWEST_ROUNDS:
            shuffle(order)
            for name in order:
                times[name].append(laps[name]())
            gc.collect(0)
    finally:
        gc.enable()
        gc.unfreeze()
    return times


def _calm(times: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Return the rounds that took least in all, whichever lap it was: the others shared the processor's caches."""
    rounds = sorted(zip(*times.values(), strict=True), key=sum)[
        : max(_FEWEST_ROUNDS, len(times[next(iter(times))]) // 4)
    ]
    return {name: list(column) for name, column in zip(times, zip(*rounds, strict=True), strict=True)}


def in_fresh_processes(measure: Callable[[float], Measured], effort: Effort) -> Figures:
    """Return the figures of a function that is called with the seconds it has, each time in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context, max_tasks_per_child=1) as processes:
        runs = list(processes.map(measure, [effort.seconds] * effort.processes))
    return {name: _figure([run[name] for run in runs]) for name in runs[0]}


def _figure(values: list[float]) -> Figure:
    return Figure(median(values), min(values), max(values))
