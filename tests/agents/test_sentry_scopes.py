"""What Sentry's SDK sends of works that run at the same time: each with its own tags, and grouped as without us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pytest

from tests.agents.launchers.agents import Agent
from tests.agents.launchers.meetings import NAMES, ROUNDS, run_meetings
from tests.agents.receivers.sentry import Item

#: Of an error, what differs from run to run whoever runs it.
_FLEETING = ("vars", "thread_id")

RAISED = {"LookupError": "red", "ValueError": "blue", "OSError": "nobody"}
PROGRAMS = ("worker", "site")
#: Whose tags a work's events have while all is well, and those that its failure adds.
TAGS: Mapping[str, Mapping[str, str]] = {
    "red": {
        "code_owner": "red",
        "code_owner_module": "meet_red",
        "code_owner_source": "mapping",
        "code_owner_theme": "warm",
    },
    "blue": {"code_owner": "blue", "code_owner_module": "meet_blue", "code_owner_source": "mapping"},
    "nobody": {"code_owner_module": "meet_nobody", "code_owner_source": "none"},
}
AT_FAULT = {"red": {"code_owner_at_fault": "blue"}, "blue": {"code_owner_at_fault": "red"}, "nobody": {}}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the programs sent, each named by its environment."""

    events: tuple[Item, ...]
    transactions: tuple[Item, ...]

    def messages(self, program: str) -> list[tuple[str, Mapping[str, str]]]:
        """Return the name of who reported something while it ran, with our tags, in order."""
        told = [(str(event.payload.get("message")), event) for event in self._of(program, self.events)]
        return sorted(
            ((text.split()[0], ours(event)) for text, event in told if text.endswith(" is here")), key=itemgetter(0)
        )

    def errors(self, program: str) -> list[Item]:
        """Return the events of exceptions that a program sent, in order of their names."""
        errors = [event for event in self._of(program, self.events) if "exception" in event.payload]
        return sorted(errors, key=who_failed)

    def ended(self, program: str) -> list[tuple[str, Mapping[str, str]]]:
        """Return the name of each work that ended, with our tags on its transaction, in order."""
        ended = self._of(program, self.transactions)
        return sorted(((item.name.rpartition(".")[2].strip("/"), ours(item)) for item in ended), key=itemgetter(0))

    @staticmethod
    def _of(program: str, items: tuple[Item, ...]) -> list[Item]:
        return [item for item in items if item.payload["environment"] == program]


def ours(item: Item) -> Mapping[str, str]:
    return {key: value for key, value in item.tags.items() if key.startswith("code_owner")}


def who_failed(error: Item) -> str:
    return RAISED[error.payload["exception"]["values"][-1]["type"]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    project = tmp_path_factory.mktemp("meetings")
    bare = {"WITHOUT_WHOSE": "yes"}
    with Agent("sentry", project) as agent:
        run_meetings(
            agent, project=project, programs={"worker": {}, "site": {}, "bare worker": bare, "bare site": bare}
        )
        sent = agent.sent()
    return Sent(sent.sentry_errors, sent.sentry_transactions)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_work_reports_while_others_run_has_its_own_tags_alone(sent: Sent, program: str) -> None:
    assert sent.messages(program) == sorted([(name, TAGS[name]) for name in NAMES] * ROUNDS, key=itemgetter(0))


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_error_has_the_tags_of_its_work_alone_and_who_is_at_fault(sent: Sent, program: str) -> None:
    errors = [(who_failed(error), ours(error)) for error in sent.errors(program)]
    assert errors == [(name, {**TAGS[name], **AT_FAULT[name]}) for name in sorted(NAMES * ROUNDS)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_transaction_has_the_tags_of_its_work_alone(sent: Sent, program: str) -> None:
    wanted = [(name, {**TAGS[name], **AT_FAULT[name]}) for name in NAMES] * ROUNDS
    assert sent.ended(program) == sorted(wanted, key=itemgetter(0))


def test_what_is_reported_outside_all_work_has_none_of_them(sent: Sent) -> None:
    (event,) = (
        event
        for event in sent.events
        if event.payload.get("message") == "outside all work" and event.payload["environment"] == "worker"
    )
    assert not ours(event)


@pytest.mark.parametrize("program", PROGRAMS)
def test_errors_are_grouped_as_without_us(sent: Sent, program: str) -> None:
    with_us, without_us = (
        [(who_failed(error), grouped_by(error)) for error in sent.errors(name)] for name in (program, f"bare {program}")
    )
    assert len(with_us) == len(NAMES) * ROUNDS
    assert with_us == without_us
    assert not any(ours(error) for error in sent.errors(f"bare {program}"))


def grouped_by(error: Item) -> dict[str, Any]:
    keys = ("fingerprint", "transaction", "level", "logger", "message", "logentry", "platform")
    return {key: error.payload.get(key) for key in keys} | {"exception": lasting(error.payload["exception"])}


def lasting(value: Any) -> Any:
    """Return what is the same in every run: no local variables, which tell addresses, and no ids of threads."""
    if isinstance(value, dict):
        return {key: lasting(inner) for key, inner in value.items() if key not in _FLEETING}
    return [lasting(inner) for inner in value] if isinstance(value, list) else value
