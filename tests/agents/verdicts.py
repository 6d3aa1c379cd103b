"""Judge what was received against what was expected, flavour by flavour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Present on everything that ``whose`` has seen, owned or not: without it, a thing is unattributed.
SEEN = "code_owner_source"
#: The flavour of what no expectation names.
UNLISTED = "(not listed)"


@dataclass(frozen=True, slots=True)
class Claim:
    """What has to be received for one flavour."""

    flavour: str
    #: What the things are called in what was received: a transaction's name, a span's, a log line.
    name: str
    #: Attributes that they must have; None where they must not have one. Others are not looked at.
    attributes: Mapping[str, str | None]
    least: int
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that was received: a transaction, an error, a span or a log record."""

    name: str
    attributes: Mapping[str, Any]

    def fits(self, claim: Claim) -> bool:
        """Tell whether the attributes are those of the claim."""
        return all(self.attributes.get(key) == value for key, value in claim.attributes.items())


@dataclass(slots=True)
class Verdict:
    """How one flavour did."""

    flavour: str
    #: How many things have to be received at least.
    expected: int = 0
    right: int = 0
    unattributed: int = 0
    wrong: int = 0
    missing: int = 0
    surplus: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Return how many things were counted for the flavour."""
        return self.right + self.unattributed + self.wrong

    @property
    def is_right(self) -> bool:
        """Tell whether everything was received, all of it right, and nothing else."""
        return not self.complaints

    def add(self, other: Verdict) -> None:
        """Count another verdict on the same flavour in."""
        self.expected += other.expected
        self.right += other.right
        self.unattributed += other.unattributed
        self.wrong += other.wrong
        self.missing += other.missing
        self.surplus += other.surplus
        self.complaints += other.complaints


def judge(claims: Sequence[Claim], received: Iterable[Received]) -> list[Verdict]:
    """Return a verdict for every claim, in their order, and one for each name that no claim has.

    Of claims with the same name, a thing counts for the first that it fits and that still lacks one.
    """
    verdicts = [Verdict(claim.flavour, expected=claim.least) for claim in claims]
    unlisted: dict[str, Verdict] = {}
    for thing in received:
        named = [index for index, claim in enumerate(claims) if claim.name == thing.name]
        if not named:
            verdict = unlisted.setdefault(thing.name, Verdict(UNLISTED))
            verdict.surplus += 1
            verdict.complaints.append(f"{thing.name}: nobody expects it")
            continue
        fitting = [index for index in named if thing.fits(claims[index])]
        if fitting:
            index = next((i for i in fitting if verdicts[i].received < claims[i].most), fitting[0])
            verdicts[index].right += 1
            continue
        index = next((i for i in named if verdicts[i].received < claims[i].most), named[0])
        _count_misfit(verdicts[index], claims[index], thing)
    for claim, verdict in zip(claims, verdicts, strict=True):
        _count(verdict, claim)
    return [*verdicts, *unlisted.values()]


def by_flavour(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return one verdict a flavour, in the order of their first appearance."""
    joined: dict[str, Verdict] = {}
    for verdict in verdicts:
        joined.setdefault(verdict.flavour, Verdict(verdict.flavour)).add(verdict)
    return list(joined.values())


def complaints_of(verdicts: Iterable[Verdict]) -> str:
    """Return what is wrong, a line each; empty when everything is right."""
    return "\n".join(f"[{verdict.flavour}] {line}" for verdict in verdicts for line in verdict.complaints)


def _count_misfit(verdict: Verdict, claim: Claim, thing: Received) -> None:
    if thing.attributes.get(SEEN) is None:
        verdict.unattributed += 1
        verdict.complaints.append(f"{thing.name}: unattributed")
        return
    verdict.wrong += 1
    differences = ", ".join(
        f"{key} is {thing.attributes.get(key)!r} instead of {value!r}"
        for key, value in claim.attributes.items()
        if thing.attributes.get(key) != value
    )
    verdict.complaints.append(f"{thing.name}: {differences}")


def _count(verdict: Verdict, claim: Claim) -> None:
    received = verdict.received
    if received < claim.least:
        verdict.missing = claim.least - received
        verdict.complaints.append(f"{claim.name}: {received} received instead of {claim.least}")
    elif received > claim.most:
        verdict.surplus = received - int(claim.most)
        verdict.complaints.append(f"{claim.name}: {received} received instead of {claim.most}")
