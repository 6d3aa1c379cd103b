"""Judges every transaction by the shop's hand-made list, and finds what the list has and nobody saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from whose.demo.expected import NOBODY, Expected, ExpectedOwners
from whose.demo.own_time import most_of, own_seconds
from whose.demo.spans import Span
from whose.model import CODE_OWNER, CODE_OWNER_AT_FAULT, CODE_OWNER_CALLER, CODE_OWNER_ROOT, CODE_OWNER_SOURCE


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a transaction says, and the list says otherwise."""

    #: ``owner``, ``source``, ``at fault``, ``caller``, ``root``, ``state``, ``outcome`` or ``pays``.
    aspect: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One transaction, compared."""

    span: Span
    expected: Expected | None
    differences: tuple[Difference, ...]

    @property
    def is_right(self) -> bool:
        """Tell whether everything about it is as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Verdict:
    """All transactions, compared, and what else is not as it should be."""

    judged: tuple[Judged, ...]
    #: In words: what the list has and did not happen, what was sent and did not arrive.
    missing: tuple[str, ...]

    @property
    def right(self) -> int:
        """Return how many transactions are right."""
        return sum(judged.is_right for judged in self.judged)

    @property
    def is_right(self) -> bool:
        """Tell whether all are right and nothing is missing; a run in which nothing happened is not right."""
        return bool(self.judged) and self.right == len(self.judged) and not self.missing

    @property
    def wrong(self) -> tuple[tuple[str, Difference, int], ...]:
        """Return the differences with their entries and how often each occurred, the most frequent first."""
        counted = Counter(
            (judged.span.entry, difference) for judged in self.judged for difference in judged.differences
        )
        return tuple((entry, difference, count) for (entry, difference), count in counted.most_common())

    def __str__(self) -> str:
        but = f", but {len(self.missing)} missing" if self.missing else ""
        return f"{self.right:,} of {len(self.judged):,} right{but}"


def judge(
    spans: Sequence[Span], expected: ExpectedOwners, *, answered: int, surprises: Iterable[object] = ()
) -> Verdict:
    """Return the verdict on what the shop's processes sent; ``answered`` is how many requests the site answered."""
    judged = tuple(_judged(span, expected.of(span)) for span in spans if span.is_transaction)
    missing = (
        *map(str, surprises),
        *_unreported_requests(judged, answered),
        *_unrun_messages(spans),
        *_unseen(judged, expected),
    )
    return Verdict(judged, missing)


def owner_of(span: Span, key: str = CODE_OWNER) -> str:
    """Return the team that a span names under a key, or ``none``."""
    return span.text(key) or NOBODY


def _judged(span: Span, expected: Expected | None) -> Judged:
    if expected is None:
        return Judged(span, None, (Difference("owner", "not in the list", owner_of(span)),))
    return Judged(span, expected, tuple(_differences(span, expected)))


def _differences(span: Span, expected: Expected) -> Iterator[Difference]:
    if owner_of(span) != expected.owner:
        yield Difference("owner", expected.owner, owner_of(span))
    source = span.text(CODE_OWNER_SOURCE) or "missing"
    if source != expected.emitted_source:
        yield Difference("source", expected.emitted_source, source)
    at_fault = span.text(CODE_OWNER_AT_FAULT)
    if not span.is_failure:
        # Errors that mean 403 or 404 are not judged: somebody raised them, and nobody is to be paged for them.
        if at_fault is not None and (span.status is None or span.status < 400):
            yield Difference("at fault", "nothing failed", at_fault)
    elif expected.at_fault is None:
        yield Difference("outcome", "no failure", str(span.status or span.state))
    elif (at_fault or NOBODY) != expected.at_fault:
        yield Difference("at fault", expected.at_fault, at_fault or NOBODY)
    for aspect, key, allowed in (
        ("caller", CODE_OWNER_CALLER, expected.caller),
        ("root", CODE_OWNER_ROOT, expected.root),
    ):
        if allowed is not None and owner_of(span, key) not in allowed:
            yield Difference(aspect, " or ".join(allowed), owner_of(span, key))
    if span.state is not None and span.state not in _states(expected):
        yield Difference("state", expected.state, span.state)
    shares = own_seconds(span)
    if expected.pays is not None and shares and most_of(shares) != expected.pays:
        yield Difference("pays", expected.pays, most_of(shares))


def _states(expected: Expected) -> tuple[str, ...]:
    # A task that makes way for another raises Ignore, which is how Celery names its end.
    end = "ignored" if expected.state == "replaced" else expected.state
    return (end, "retry") if expected.retries else (end,)


def _unreported_requests(judged: Iterable[Judged], answered: int) -> Iterator[str]:
    reported = sum(one.span.is_request for one in judged)
    if reported != answered:
        yield f"the site answered {answered:,} requests, and reported {reported:,} of them"


def _unrun_messages(spans: Iterable[Span]) -> Iterator[str]:
    for task, count in unrun_messages(spans).items():
        yield f"{count:,} message(s) for {task} were sent and never run"


def unrun_messages(spans: Iterable[Span]) -> Counter[str]:
    """Return how many messages were sent for each task of which no run has been reported.

    A retry sends a message of the same identifier again, so each identifier is counted on both sides.
    """
    sent: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    names: dict[str, str] = {}
    for span in spans:
        if span.message is not None and span.kind == "PRODUCER":
            sent[span.message] += 1
            names[span.message] = span.entry
        elif span.message is not None and span.kind == "CONSUMER":
            ran[span.message] += 1
    unrun: Counter[str] = Counter()
    for message, count in (sent - ran).items():
        unrun[names[message]] += count
    return unrun


def _unseen(judged: Sequence[Judged], expected: ExpectedOwners) -> Iterator[str]:
    seen: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for one in judged:
        if one.expected is not None:
            seen[one.expected.kind, one.expected.entry].append(one.span)
    accounted = {one.span.kind for one in judged if own_seconds(one.span)}
    for entry in expected.entries:
        spans = seen[entry.kind, entry.entry]
        if not spans:
            if entry.inside is None and not entry.is_optional:
                yield f"{entry.kind} {entry.entry} is in the list and never ran"
            continue
        if entry.at_fault is not None and not any(span.is_failure for span in spans):
            yield f"{entry.kind} {entry.entry} is meant to fail now and then, and never did"
        if entry.pays is not None and spans[0].kind in accounted and not any(own_seconds(span) for span in spans):
            yield f"{entry.kind} {entry.entry} never told whose code its time went to"
        for word, key, teams in (("caller", CODE_OWNER_CALLER, entry.caller), ("root", CODE_OWNER_ROOT, entry.root)):
            for team in set(teams or ()) - {owner_of(span, key) for span in spans}:
                yield f"{entry.kind} {entry.entry} never had {team} as its {word}"
