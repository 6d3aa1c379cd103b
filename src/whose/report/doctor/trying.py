"""Makes one attributed transaction through every agent that runs here, for a person to look for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import whose
from whose.metrics import WORK, Labels
from whose.model import Attribution, Ownership, Rule, SourceName, Work
from whose.outlets import Outlet
from whose.report.doctor.agents import lack_of, metrics_folder
from whose.report.doctor.diagnosis import Tried
from whose.report.doctor.transactions import OPENERS, NotSentError
from whose.runtime import active

#: Where a person finds it.
_PLACES = {
    "newrelic": "NRQL: SELECT * FROM Transaction WHERE name LIKE '%{name}' SINCE 1 hour ago",
    "opentelemetry": 'a span of kind consumer, called "{name}", by the tracer whose.doctor',
    "datadog": 'APM, Traces: operation_name:whose.doctor resource_name:"{name}"',
    "sentry": 'Explore, Traces: transaction:"{name}"',
    "elastic": 'APM, Transactions of type script: transaction.name : "{name}"',
}


def try_agents(name: str, sinks: Sequence[str]) -> tuple[Tried, ...]:
    """Make the transaction, owned by the first configured team, and return what became of it in each agent.

    The transactions of several agents stand one inside the other, as they do in a program. Never raises.
    """
    # Before our sinks load what the agents themselves have not.
    tried = {sink: _not_sent(sink, why) for sink in sinks if (why := _lack(sink))}
    whose.install()
    attributor = active().attributor
    attribution = _attribution(name)
    with contextlib.ExitStack() as stack:
        opened = []
        for sink in sinks:
            if sink not in OPENERS or sink in tried:
                continue
            try:
                stack.enter_context(_closing(sink, OPENERS[sink](name), tried))
                opened.append(sink)
            except Exception as error:
                tried[sink] = _not_sent(sink, _why(error))
        for outlet in attributor.outlets:
            if outlet.name not in opened:
                continue
            before = outlet.errors
            attributor.record(_counted(attribution) if outlet.counts else attribution, [outlet])
            if outlet.errors > before:
                tried[outlet.name] = _not_sent(outlet.name, "the sink failed; the log tells how")
            else:
                tried[outlet.name] = _sent(outlet, attribution)
    return tuple(tried[sink] for sink in sinks if sink in tried)


@contextlib.contextmanager
def _closing(sink: str, transaction: AbstractContextManager[None], tried: dict[str, Tried]) -> Iterator[None]:
    """Keep an agent that fails while it hands over from the others."""
    transaction.__enter__()
    yield
    try:
        transaction.__exit__(None, None, None)
    except Exception as error:
        tried[sink] = _not_sent(sink, _why(error))


def _lack(sink: str) -> str | None:
    lack = lack_of(sink)
    return None if lack is None or lack.is_running else f"{lack.message}; {lack.mend}"


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NotSentError) else f"{type(error).__name__}: {error}"


def _not_sent(sink: str, why: str) -> Tried:
    return Tried(sink, is_sent=False, message=why)


def _sent(outlet: Outlet, attribution: Attribution) -> Tried:
    if outlet.counts:
        labels = Labels(tuple(active().index.teams.values()))
        values = zip(labels.names(WORK), labels.of(_counted(attribution)), strict=True)
        carried = {name: value for name, value in values if value}
        return Tried(outlet.name, is_sent=True, message=_message_of_metric(outlet.name), carried=carried)
    carried = dict((attribution.renamed(outlet.keys) if outlet.keys else attribution).attributes)
    message = f"look for it: {_PLACES[outlet.name].format(name=attribution.work.name)}"
    return Tried(outlet.name, is_sent=True, message=message, carried=carried)


def _message_of_metric(sink: str) -> str:
    if sink == "opentelemetry_metrics":
        return f"look for it: {WORK.name.removesuffix('_total')}, which is one more"
    folder = metrics_folder()
    if folder is not None:
        return f"look for it: {WORK.name}, one more on the page that adds up PROMETHEUS_MULTIPROC_DIR={folder}"
    return (
        f"counted, but not sent, since Prometheus fetches: look for {WORK.name} on the page of metrics of a program "
        "that runs"
    )


def _attribution(name: str) -> Attribution:
    team = next(iter(active().index.teams.values()), None)
    rule = Rule(SourceName("declared"), name, team.name if team is not None else None, setting="whose doctor")
    # A task, since that is the kind of work for which every agent keeps a transaction.
    return Attribution(Work("task", name), Ownership(team, "whose.report.doctor", rule))


def _counted(attribution: Attribution) -> Attribution:
    """Return the attribution as metrics count it, which know no names: of a kind that no program's tasks are."""
    return Attribution(Work("block", attribution.work.name), attribution.ownership)
