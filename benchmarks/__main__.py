"""Measures all topics, or those that are named, and prints them as tables."""

from __future__ import annotations

import argparse
import importlib
import time

from benchmarks.measuring import FULL, QUICK
from benchmarks.tables import rendered

#: Name of each topic and its module, which has ``tables(effort)``.
TOPICS = {
    "celery": "celery_tasks",
    "agents": "whole_agents",
    "publishing": "publishing",
    "django": "django_requests",
    "exceptions": "exceptions",
    "costs": "own_time",
    "start-up": "start_up",
    "codeowners": "codeowners",
}


def main() -> None:
    """Print every figure; how long anything takes is never an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("topics", nargs="*", choices=[[], *TOPICS], metavar="TOPIC", help=", ".join(TOPICS))
    parser.add_argument("--quick", action="store_true", help="in one process each, under a minute in all")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    begin = time.monotonic()
    missed = []
    for name in options.topics or TOPICS:
        for table in importlib.import_module(f"benchmarks.{TOPICS[name]}").tables(effort):
            print(rendered(table), end="\n\n", flush=True)
            missed += [f"{table.title}: {row.what.strip()}" for row in table.rows if not row.is_reached]
    print(f"{time.monotonic() - begin:.0f} s. " + (f"Not reached: {'; '.join(missed)}." if missed else "All reached."))


if __name__ == "__main__":
    main()
