"""What the Django project's hand-made list means for each kind of sink."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.agents.counted_works import Counted, judge_samples
from tests.agents.launchers.django import ROUNDS, load_expected
from tests.agents.launchers.outcome import Run
from tests.agents.receivers import elastic
from tests.agents.receivers.newrelic import Event
from tests.agents.receivers.otlp import ReceivedSpan
from tests.agents.receivers.sentry import Item
from tests.agents.verdicts import Claim, Received, Verdict, judge

_SERVED = "served "
#: What Django's logger for requests says of a response above 399: a reason, and the path.
_REPORT = re.compile(r": (/\S*)$")
_FIRST_REPORTED_STATUS = 400


class ExpectedRequests:
    """The list ``expected.toml``."""

    def __init__(self) -> None:
        listed = load_expected()
        self._teams: Mapping[str, Mapping[str, str]] = listed["teams"]
        self._requests: list[Mapping[str, Any]] = listed["request"]
        self._tasks: list[Mapping[str, Any]] = listed["task"]

    @property
    def asked(self) -> tuple[Mapping[str, Any], ...]:
        """Return the requests that are made from outside."""
        return tuple(entry for entry in self._requests if not entry.get("is_nested"))

    def in_newrelic(self, run: Run) -> list[Verdict]:
        """Judge the transactions and error events that New Relic's agent sent; it tells the path of each request."""
        transactions = judge(
            [self._claim(entry, entry["path"], 1) for entry in self.asked],
            [Received(_path_of(event), event.user) for event in run.sent.transactions],
        )
        errors = judge(
            [self._claim(entry, entry["path"], entry.get("errors", 0)) for entry in self.asked],
            [Received(_path_of(event), event.user) for event in run.sent.errors],
        )
        return transactions + errors

    def in_opentelemetry(self, run: Run) -> list[Verdict]:
        """Judge the spans of requests, from outside and from within, and of tasks that run inside requests."""
        spans = [Received(_name_of(span), span.attributes) for span in run.sent.spans if span.kind != "PRODUCER"]
        return judge(
            [
                *(self._claim(entry, entry["path"], 1) for entry in self._requests),
                *(self._claim(entry, f"run/{entry['task']}", entry["spans"]) for entry in self._tasks),
            ],
            spans,
        )

    def in_datadog(self, run: Run) -> list[Verdict]:
        """Judge the spans of requests, from outside and from within, and of tasks that run inside requests."""
        return judge(
            self._runs(),
            [
                Received(
                    _path(span.tags["http.url"]) if span.name == "django.request" else f"run/{span.resource}", span.tags
                )
                for span in run.sent.datadog
                if span.name in ("django.request", "celery.run")
            ],
        )

    def in_sentry(self, run: Run) -> list[Verdict]:
        """Judge the transactions and error events of requests from outside, and of tasks that run inside requests."""
        asked = [self._claim(entry, entry["path"], 1) for entry in self.asked]
        tasks = [self._claim(entry, f"run/{entry['task']}", entry["spans"]) for entry in self._tasks]
        transactions = judge(
            [*asked, *tasks],
            [Received(_name_in_sentry(item), item.tags) for item in run.sent.sentry_transactions],
        )
        errors = judge(
            # Which answers are errors is the SDK's affair; an exception that leaves the view or a middleware is one.
            [
                self._claim(entry, entry["path"], entry.get("errors", 0), is_bound=entry.get("status") == 500)
                for entry in self.asked
            ],
            [
                Received(_name_in_sentry(item), item.tags)
                for item in run.sent.sentry_errors
                if not _is_of_lifespan(item)
            ],
        )
        return transactions + errors

    def in_elastic(self, run: Run) -> list[Verdict]:
        """Judge the transactions and errors of requests, from outside and from within, and of tasks inside requests."""
        transactions = judge(
            [
                *(
                    self._claim(entry, entry["path"], 1, is_bound=not entry.get("is_replaced"))
                    for entry in self._requests
                ),
                *(self._claim(entry, f"run/{entry['task']}", entry["spans"]) for entry in self._tasks),
            ],
            [Received(_name_in_elastic(event), event.labels) for event in run.sent.elastic_transactions],
        )
        errors = judge(
            # The agent is told by Django's signal, of what no middleware and no exception of Django's own has answered.
            [
                self._claim(entry, entry["path"], entry.get("errors", 0), is_bound=entry.get("status") == 500)
                for entry in self.asked
            ],
            [Received(_name_in_elastic(event), event.labels) for event in run.sent.elastic_errors],
        )
        return transactions + errors

    def in_prometheus(self, run: Run) -> list[Verdict]:
        """Judge how many works and failures of each owner Prometheus has scraped, from within and of tasks included.

        What Django itself answers, as it does Http404, leaves the view but does not fail the request.
        """
        return judge_samples(
            [
                *(
                    Counted(
                        "request",
                        entry.get("owner"),
                        self._teams.get(entry.get("owner", ""), {}),
                        works=ROUNDS,
                        failures=ROUNDS if entry.get("status") == 500 else 0,
                    )
                    for entry in self._requests
                ),
                *(
                    Counted("task", entry["owner"], self._teams[entry["owner"]], works=ROUNDS * entry["bodies"])
                    for entry in self._tasks
                ),
            ],
            run.sent.prometheus,
        )

    def _runs(self) -> list[Claim]:
        return [
            *(self._claim(entry, entry["path"], 1) for entry in self._requests),
            *(self._claim(entry, f"run/{entry['task']}", entry["spans"]) for entry in self._tasks),
        ]

    def in_log(self, run: Run) -> list[Verdict]:
        """Judge the lines that views and tasks write, and those by which Django reports what went wrong."""
        bodies = judge(
            [
                *(self._claim(entry, _SERVED + entry["path"], entry.get("bodies", 1)) for entry in self._requests),
                *(self._claim(entry, _SERVED + entry["task"], entry["bodies"]) for entry in self._tasks),
            ],
            [Received(record["message"], record) for record in run.records if record["message"].startswith(_SERVED)],
        )
        reports = judge(
            [
                self._claim(entry, entry["path"], 1)
                for entry in self.asked
                # What the CSRF middleware refuses is reported by a logger of its own.
                if entry.get("status", 200) >= _FIRST_REPORTED_STATUS and "CSRF" not in entry["flavour"]
            ],
            [
                Received(path[1], record)
                for record in run.records
                if record["logger"] == "django.request" and (path := _REPORT.search(record["message"]))
            ],
        )
        return bodies + reports

    def _claim(self, entry: Mapping[str, Any], name: str, count: int, *, is_bound: bool = True) -> Claim:
        owner = entry.get("owner")
        levels = self._teams[owner] if owner is not None else {}
        attributes: dict[str, str | None] = {
            "code_owner": owner,
            "code_owner_theme": levels.get("theme"),
            "code_owner_squad": levels.get("squad"),
            "code_owner_source": "mapping" if owner is not None else "none",
        }
        attributes |= {f"code_owner_{key}": entry[key] for key in ("module", "reason") if key in entry}
        least = count * ROUNDS if is_bound else 0
        return Claim(entry["flavour"], name, attributes, least=least, most=count * ROUNDS)


def _path_of(event: Event) -> str:
    # As it was sent by an ASGI server, decoded by a WSGI server.
    return unquote(str(event.agent.get("request.uri")))


def _path(url: object) -> str:
    return unquote(urlsplit(str(url)).path)


def _is_of_lifespan(item: Item) -> bool:
    # An ASGI server asks at its start whether the application has one; Django answers by raising, outside all requests.
    raised = (item.payload.get("exception") or {}).get("values") or [{}]
    return str(raised[-1].get("value")).endswith("not lifespan.")


def _name_in_sentry(item: Item) -> str:
    # A task's transaction has the request's data, and under ASGI its name, too.
    operation = ((item.payload.get("contexts") or {}).get("trace") or {}).get("op")
    if operation == "queue.task.celery":
        return f"run/{item.payload['extra']['celery-job']['task_name']}"
    return _path((item.payload.get("request") or {}).get("url", item.name))


def _name_in_elastic(event: elastic.Event) -> str:
    if event.payload.get("type") == "celery":
        return f"run/{event.payload['name']}"
    url = ((event.payload.get("context") or {}).get("request") or {}).get("url")
    return _path(url.get("pathname") or url["full"]) if url else str(event.payload["name"])


def _name_of(span: ReceivedSpan) -> str:
    # Old and new semantic conventions, by the server's interface.
    for key in ("http.target", "url.path", "http.url"):
        if key in span.attributes:
            return unquote(urlsplit(str(span.attributes[key])).path)
    return span.name
