"""How fast the owner of a path is found by a CODEOWNERS file of 100, 1,000 and 10,000 rules, beside other matchers."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, partial
from statistics import median

from benchmarks.codeowners_peers import PEERS, Find, fetch_peers, prefixes_in_a_dict, snyk_npm
from benchmarks.measuring import Effort, Figure, Figures, Measured, in_fresh_processes
from benchmarks.repositories import Repository, made_codeowners, made_repository
from benchmarks.tables import Line, Row, Table
from whose.index.paths import PathIndex
from whose.model import Rule, TeamName
from whose.sources.codeowners import codeowners_rules, parse_codeowners

SIZES = (100, 1_000, 10_000)
FLOOR = "a dict of prefixes"
SNYK = "npm @snyk/github-codeowners"
_DIRECTORIES, _FILES = 20_000, 100_000
_FEWEST_ROUNDS = 3
_SECONDS_A_ROUND = 0.1
#: 500,000 and 300,000 paths a second.
_IN_ORDER = Line(2.0, "500,000 paths/s")
_SHUFFLED = Line(1e6 / 300_000, "300,000 paths/s")
_COMPILED = Line(200)


@cache
def _repository() -> Repository:
    return made_repository(seed=1, directories=_DIRECTORIES, files=_FILES)


def _shuffled() -> list[str]:
    return random.Random(2).sample(_repository().files, _FILES)


def _text(size: int) -> str:
    return made_codeowners(_repository(), seed=size, rules=size)


def _rules(text: str) -> tuple[Rule, ...]:
    parsed = parse_codeowners(text, file="CODEOWNERS", dialect="github")
    return codeowners_rules(parsed.rules, team_of=lambda owners: TeamName(owners[0]))


def _microseconds(find: Find, paths: Sequence[str]) -> float:
    begin = time.thread_time()
    for path in paths:
        find(path)
    return (time.thread_time() - begin) / len(paths) * 1e6


def _measured(seconds: float, *, size: int, peers: Sequence[str]) -> Measured:
    """Return medians of rounds in which every matcher takes its turn; ours begins each with an index made anew."""
    text, shuffled = _text(size), _shuffled()
    times: dict[str, list[float]] = defaultdict(list)
    finds: dict[str, tuple[Find, Sequence[str]]] = {}
    for name in peers:
        begin = time.thread_time()
        find = PEERS[name](text)
        times[f"{name} start"].append((time.thread_time() - begin) * 1e3)
        taken = _microseconds(find, shuffled[:20])
        finds[name] = find, shuffled[: max(20, int(_SECONDS_A_ROUND / taken * 1e6))]
    # What the peers made is not for our garbage collections to look through.
    gc.collect()
    gc.freeze()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["compiled"]) < _FEWEST_ROUNDS:
        for order, paths in (("in order", _repository().files), ("shuffled", shuffled)):
            begin = time.thread_time()
            rules = _rules(text)
            read = time.thread_time()
            index = PathIndex.compiled(rules)
            times["compiled"].append((time.thread_time() - read) * 1e3)
            times["read and compiled"].append((time.thread_time() - begin) * 1e3)
            times[order].append(_microseconds(index.find, paths))
            times[f"{FLOOR}, {order}"].append(_microseconds(prefixes_in_a_dict(text), paths))
        for name, (find, sample) in finds.items():
            times[name].append(_microseconds(find, sample))
    return {name: median(values) for name, values in times.items()}


def _memory(_: float, *, size: int) -> Measured:
    """Return the kB that an index takes, fresh and after all paths were asked for once."""
    rules, shuffled = _rules(_text(size)), _shuffled()
    tracemalloc.start()
    index = PathIndex.compiled(rules)
    fresh = tracemalloc.get_traced_memory()[0]
    for path in shuffled:
        index.find(path)
    asked = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {"fresh": fresh / 1e3, "asked": asked / 1e3}


def _of_snyk(size: int, effort: Effort) -> Figure | None:
    runs = [snyk_npm(_text(size), _shuffled()[: 200_000 // size]) for _ in range(effort.processes)]
    found = [run["find"] for run in runs if run is not None]
    return Figure(median(found), min(found), max(found)) if found else None


def tables(effort: Effort) -> Iterator[Table]:
    """Measure, and yield the tables to print."""
    missing = fetch_peers()
    is_quick = effort.processes == 1
    figures: dict[int, Figures] = {}
    for size in SIZES:
        # Hyperscan takes seconds to compile the largest file, in every process.
        peers = [
            name
            for name in PEERS
            if not any(package.startswith(name.partition(", ")[2] or name.rpartition(" ")[2]) for package in missing)
            and not (is_quick and size == max(SIZES) and name == "pathspec, hyperscan")
        ]
        figures[size] = in_fresh_processes(partial(_measured, size=size, peers=peers), effort)
    without = f"; not to be had here: {', '.join(missing)}" if missing else ""
    yield Table(
        f"CODEOWNERS: whose is a path? {_FILES:,} files in {_DIRECTORIES:,} directories, a fresh index{without}",
        "us a path",
        FLOOR,
        [
            _row(f"{size:,} rules, {order}", figures[size][order], figures[size][f"{FLOOR}, {order}"], line)
            for size in SIZES
            for order, line in (("in order", _IN_ORDER), ("shuffled", _SHUFFLED))
        ],
    )
    for name in PEERS:
        yield Table(
            f"CODEOWNERS, shuffled, beside {name}",
            "us a path",
            name,
            [
                _row(f"{size:,} rules", figures[size]["shuffled"], figures[size][name])
                for size in SIZES
                if name in figures[size]
            ],
        )
    of_snyk = {size: figure for size in SIZES if (figure := _of_snyk(size, effort)) is not None}
    if of_snyk:
        rows = [_row(f"{size:,} rules", figures[size]["shuffled"], figure) for size, figure in of_snyk.items()]
        yield Table(f"CODEOWNERS, shuffled, beside {SNYK}", "us a path", SNYK, rows)
    yield _start_up(figures)
    memory = {size: in_fresh_processes(partial(_memory, size=size), Effort(1, 0)) for size in SIZES}
    rows = [
        Row(f"{size:,} rules, {words}", memory[size][name])
        for name, words in (("fresh", "compiled"), ("asked", f"after {_FILES:,} paths"))
        for size in SIZES
    ]
    yield Table("CODEOWNERS: memory", "kB", "", rows)


def _start_up(figures: dict[int, Figures]) -> Table:
    rows = [
        Row(f"{size:,} rules compiled", figures[size]["compiled"], line=_COMPILED if size == max(SIZES) else None)
        for size in SIZES
    ]
    peer = "PyPI codeowners"
    rows += [
        Row(f"{size:,} rules read and compiled", figures[size]["read and compiled"], figures[size].get(f"{peer} start"))
        for size in SIZES
    ]
    return Table("CODEOWNERS: start-up", "ms", peer, rows)


def _row(what: str, ours: Figure, peer: Figure, line: Line | None = None) -> Row:
    """Return a row that says paths a second too; only the largest file has a line to reach."""
    is_largest = what.startswith(f"{max(SIZES):,} ")
    return Row(
        f"{what}: {1e6 / ours.median:,.0f}/s, peer {1e6 / peer.median:,.0f}/s", ours, peer, line if is_largest else None
    )
