"""Sums up the transactions of a run: by owner, by who was at fault, by who asked for them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from whose.demo.expected import NOBODY
from whose.demo.own_time import own_seconds
from whose.demo.spans import Span
from whose.demo.verdict import owner_of
from whose.model import CODE_OWNER_AT_FAULT, CODE_OWNER_CALLER, CODE_OWNER_MODULE, CODE_OWNER_REASON


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """What one owner's code did; times in seconds."""

    owner: str
    requests: int
    tasks: int
    errors: int
    p50: float
    p95: float
    total: float

    @property
    def count(self) -> int:
        """Return the number of transactions."""
        return self.requests + self.tasks


@dataclass(frozen=True, slots=True)
class UnownedRow:
    """One entry that nobody owns; time in seconds."""

    entry: str
    kind: str
    #: Dotted name of the module that a rule ought to claim, or why there is none.
    module: str
    count: int
    errors: int
    total: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run shows."""

    #: In the order of the shop's list of teams, nobody last.
    owners: tuple[OwnerRow, ...]
    #: The most used first.
    unowned: tuple[UnownedRow, ...]
    #: Failures by the owner of what was entered and the owner at fault.
    faults: Mapping[tuple[str, str], int]
    #: Tasks by the owner of the code that asked for them and the owner of the task itself.
    hand_offs: Mapping[tuple[str, str], int]
    #: Seconds of each owner's own code; nothing where accounting is off.
    own_seconds: Mapping[str, float]
    #: Seconds of the same transactions by the owner of what was entered.
    entered_seconds: Mapping[str, float]

    @property
    def count(self) -> int:
        """Return the number of transactions."""
        return sum(row.count for row in self.owners)

    @property
    def failures(self) -> int:
        """Return the number of failures."""
        return sum(self.faults.values())

    @property
    def failures_across(self) -> int:
        """Return the number of failures for which another than the owner of the entry was at fault."""
        return sum(count for (entry, fault), count in self.faults.items() if entry != fault)

    @property
    def hand_offs_across(self) -> int:
        """Return the number of tasks that another owner's code asked for."""
        return sum(count for (caller, owner), count in self.hand_offs.items() if caller != owner)


def summed_up(spans: Iterable[Span], *, teams: Sequence[str]) -> Summary:
    """Return the summary of the transactions among some spans; ``teams`` gives the order of the owners."""
    transactions = [span for span in spans if span.is_transaction]
    by_owner: defaultdict[str, list[Span]] = defaultdict(list)
    faults: Counter[tuple[str, str]] = Counter()
    hand_offs: Counter[tuple[str, str]] = Counter()
    own: defaultdict[str, float] = defaultdict(float)
    entered: defaultdict[str, float] = defaultdict(float)
    for span in transactions:
        owner = owner_of(span)
        by_owner[owner].append(span)
        if span.is_failure:
            faults[owner, owner_of(span, CODE_OWNER_AT_FAULT)] += 1
        if _is_hand_off(span):
            hand_offs[owner_of(span, CODE_OWNER_CALLER), owner] += 1
        for other, seconds in own_seconds(span).items():
            own[other] += seconds
            entered[owner] += seconds
    order = {team: place for place, team in enumerate(teams)}
    owners = sorted(by_owner, key=lambda owner: (owner == NOBODY, order.get(owner, len(order)), owner))
    return Summary(
        owners=tuple(_owner_row(owner, by_owner[owner]) for owner in owners),
        unowned=_unowned_rows(by_owner.get(NOBODY, ())),
        faults=dict(faults),
        hand_offs=dict(hand_offs),
        own_seconds=dict(own),
        entered_seconds=dict(entered),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of some values that at least this share of them do not exceed (nearest rank).

    >>> percentile([4, 1, 3, 2], 0.5)
    2
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _is_hand_off(span: Span) -> bool:
    """Tell whether somebody asked for a run; a retry, nobody asks for anew."""
    return span.kind == "CONSUMER" and span.text("celery.retries") is None


def _owner_row(owner: str, spans: Sequence[Span]) -> OwnerRow:
    seconds = [span.seconds for span in spans]
    requests = sum(span.is_request for span in spans)
    return OwnerRow(
        owner,
        requests=requests,
        tasks=len(spans) - requests,
        errors=sum(span.is_failure for span in spans),
        p50=percentile(seconds, 0.5),
        p95=percentile(seconds, 0.95),
        total=sum(seconds),
    )


def _unowned_rows(spans: Iterable[Span]) -> tuple[UnownedRow, ...]:
    by_entry: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        by_entry["request" if span.is_request else "task", span.entry].append(span)
    rows = [
        UnownedRow(
            entry,
            kind,
            module=group[0].text(CODE_OWNER_MODULE, CODE_OWNER_REASON) or "",
            count=len(group),
            errors=sum(span.is_failure for span in group),
            total=sum(span.seconds for span in group),
        )
        for (kind, entry), group in by_entry.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, -row.errors, row.entry)))
