"""What the code of any team does in a day: it queries, calls, logs, counts, and opens spans of its own."""

from __future__ import annotations

import logging
import os
import sqlite3

import requests
import whose
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.dbapi import trace_integration

trace_integration(sqlite3, "connect", "sqlite")
_visits = metrics.get_meter("everyday").create_counter("everyday.visits")


def work(owner: str) -> None:
    """Do one of each; all of it says in its own words who the owner has to be."""
    with trace.get_tracer("everyday").start_as_current_span(f"own of {owner}"):
        connection = sqlite3.connect(":memory:")
        connection.cursor().execute(f"SELECT 'owner is {owner}'")
        requests.get(f"{os.environ['SIGNALS_PEER']}/{owner}", timeout=10)
        logging.getLogger("everyday").warning("log of %s", owner)
        _visits.add(1, whose.attributes())
