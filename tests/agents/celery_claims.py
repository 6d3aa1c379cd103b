"""What the Celery project's hand-made list means for each kind of sink."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.agents.counted_works import Counted, judge_samples
from tests.agents.launchers.celery import PROJECT, Pool
from tests.agents.launchers.outcome import Run
from tests.agents.verdicts import Claim, Received, Verdict, judge

_RAN = "ran "
_TRANSACTION = "OtherTransaction/Celery/"
_SPAN = "run/"


class ExpectedTasks:
    """The list ``expected.toml``, for one pool, and where it says so for other versions than the newest."""

    def __init__(self, pool: Pool, *, variants: Iterable[str] = ()) -> None:
        listed = tomllib.loads((PROJECT / "expected.toml").read_text())
        self._teams: Mapping[str, Mapping[str, str]] = listed["teams"]
        flavours = [entry for entry in listed["flavour"] if pool in entry.get("pools", [pool])]
        for variant in variants:
            flavours = [{**entry, **entry.get("with", {}).get(variant, {})} for entry in flavours]
        self._flavours: list[dict[str, Any]] = flavours
        self._logs = [entry for entry in listed["log"] if pool in entry.get("pools", [pool])]

    @property
    def awaited(self) -> tuple[str, ...]:
        """Return the pieces of log messages that the workers write last."""
        return tuple(entry["contains"] for entry in self._logs)

    def in_newrelic(self, run: Run) -> list[Verdict]:
        """Judge the transactions and error events that New Relic's agent sent."""
        transactions = judge(
            [
                self._claim(
                    entry, _TRANSACTION + entry.get("newrelic_name", entry["task"]), entry.get("transactions", 1)
                )
                for entry in self._flavours
            ],
            [Received(event.name, event.user) for event in run.sent.transactions],
        )
        errors = judge(
            [
                # Celery's own exceptions (Retry, Ignore) make error events too: how many is the agent's affair.
                self._claim(
                    {**entry, "at_least": True},
                    _TRANSACTION + entry.get("newrelic_name", entry["task"]),
                    entry.get("errors", 0),
                )
                for entry in self._flavours
            ],
            [Received(event.name, event.user) for event in run.sent.errors],
        )
        return transactions + errors

    def in_opentelemetry(self, run: Run) -> list[Verdict]:
        """Judge the spans of running tasks; those of sending them belong to the sender."""
        return judge(
            [
                self._claim(
                    entry,
                    _SPAN + entry.get("span_name", entry["task"]),
                    entry.get("spans", entry.get("transactions", 1)),
                )
                for entry in self._flavours
            ],
            [Received(span.name, span.attributes) for span in run.sent.spans if span.name.startswith(_SPAN)],
        )

    def in_datadog(self, run: Run) -> list[Verdict]:
        """Judge the spans of running tasks, nested ones included; a failed task's span is its error too."""
        return judge(
            self._runs(),
            [Received(_SPAN + span.resource, span.tags) for span in run.sent.datadog if span.name == "celery.run"],
        )

    def in_sentry(self, run: Run) -> list[Verdict]:
        """Judge the transactions of tasks, nested ones included, and every error event.

        Which exceptions become events is the SDK's affair: not those that Celery raises before the body.
        """
        transactions = judge(
            self._runs(), [Received(_SPAN + item.name, item.tags) for item in run.sent.sentry_transactions]
        )
        errors = judge(
            [self._claim({**entry, "at_least": True}, _SPAN + entry["task"], 0) for entry in self._flavours],
            [
                Received(_SPAN + item.name, item.tags)
                for item in run.sent.sentry_errors
                if item.payload.get("transaction")
            ],
        )
        return transactions + errors

    def in_elastic(self, run: Run) -> list[Verdict]:
        """Judge the transactions of tasks and every error event, that of the worker's main process included."""
        transactions = judge(
            [
                self._claim(
                    entry, _elastic_name(entry), entry.get("elastic", entry.get("spans", entry.get("transactions", 1)))
                )
                for entry in self._flavours
            ],
            [Received(event.payload["name"], event.labels) for event in run.sent.elastic_transactions],
        )
        # An error names its transaction by id, for that gets its name only as it ends.
        names = {event.payload["id"]: event.payload["name"] for event in run.sent.elastic_transactions}
        errors = judge(
            [
                *(
                    self._claim({**entry, "at_least": True}, _elastic_name(entry), entry.get("errors", 0))
                    for entry in self._flavours
                ),
                *(
                    self._claim({**entry, "may_be_lost": False}, entry["raised_outside"], 1)
                    for entry in self._flavours
                    if "raised_outside" in entry
                ),
            ],
            [
                Received(
                    names.get(event.payload.get("transaction_id")) or event.payload["exception"]["type"], event.labels
                )
                for event in run.sent.elastic_errors
            ],
        )
        return transactions + errors

    def in_prometheus(self, run: Run) -> list[Verdict]:
        """Judge how many works and failures of each owner Prometheus has scraped, nested works included."""
        return judge_samples(
            [
                Counted(
                    "task",
                    entry.get("owner"),
                    self._teams.get(entry.get("owner", ""), {}),
                    works=max(
                        entry.get("spans", entry.get("transactions", 1)),
                        entry.get("bodies", entry.get("transactions", 1)),
                    ),
                    failures=entry.get("failures", entry.get("errors", 0)),
                    is_at_least=bool(entry.get("at_least")),
                )
                for entry in self._flavours
            ],
            run.sent.prometheus,
        )

    def _runs(self) -> list[Claim]:
        return [
            self._claim(
                entry, _SPAN + entry.get("span_name", entry["task"]), entry.get("spans", entry.get("transactions", 1))
            )
            for entry in self._flavours
        ]

    def in_log(self, run: Run) -> list[Verdict]:
        """Judge the lines that the tasks' bodies write, and those by which Celery reports what ended elsewhere."""
        bodies = judge(
            [
                self._claim(
                    {**entry, "may_be_lost": False},
                    _RAN + entry["task"],
                    entry.get("bodies", entry.get("transactions", 1)),
                )
                for entry in self._flavours
            ],
            [
                Received(record["message"], record)
                for record in run.records
                # What a base class does around the body is not the task's code.
                if record["message"].startswith(_RAN) and not record["message"].endswith(".__call__")
            ],
        )
        reports = judge(
            [self._claim({**entry, "at_least": True}, entry["contains"], 1) for entry in self._logs],
            list(self._reports(run.records)),
        )
        return bodies + reports

    def _reports(self, records: Sequence[Mapping[str, Any]]) -> Iterable[Received]:
        for record in records:
            for entry in self._logs:
                if entry["contains"] in record["message"] and entry["logger"] == record["logger"]:
                    yield Received(entry["contains"], record)

    def _claim(self, entry: Mapping[str, Any], name: str, count: int) -> Claim:
        owner = entry.get("owner")
        levels = self._teams[owner] if owner is not None else {}
        attributes: dict[str, str | None] = {
            "code_owner": owner,
            "code_owner_theme": levels.get("theme"),
            "code_owner_squad": levels.get("squad"),
            "code_owner_source": "mapping" if owner is not None else "none",
        }
        if "module" in entry:
            attributes["code_owner_module"] = entry["module"]
        return Claim(
            flavour=entry["flavour"],
            name=name,
            attributes=attributes,
            least=0 if entry.get("may_be_lost") else count,
            most=math.inf if entry.get("at_least") else count,
        )


def _elastic_name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("elastic_name", entry.get("span_name", entry["task"])))
