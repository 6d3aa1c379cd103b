"""What the projects' hand-made lists mean for metrics, which tell of works by owner only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.agents.receivers.prometheus import Sample
from tests.agents.verdicts import Claim, Received, Verdict, judge

_METRICS = {"works": "whose_work_total", "failures": "whose_work_failures_total"}


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of one flavour is counted."""

    kind: str
    owner: str | None
    levels: Mapping[str, str]
    works: int
    #: Works that an exception left which is not the framework's way to steer.
    failures: int = 0
    is_at_least: bool = False


def judge_samples(counted: Sequence[Counted], samples: Iterable[Sample]) -> list[Verdict]:
    """Return a verdict on the works of each owner, and one on the failures."""
    claims = [claim for what in _METRICS for claim in _claims(counted, what)]
    received = [
        Received(_name(what, sample.labels["kind"], sample.labels["code_owner"]), sample.labels)
        for sample in samples
        for what, metric in _METRICS.items()
        if sample.metric == metric
        for _ in range(int(sample.value))
    ]
    return judge(claims, received)


def _claims(counted: Iterable[Counted], what: str) -> Iterable[Claim]:
    by_owner: dict[tuple[str, str | None], list[Counted]] = {}
    for one in counted:
        by_owner.setdefault((one.kind, one.owner), []).append(one)
    for (kind, owner), ones in by_owner.items():
        count = sum(one.works if what == "works" else one.failures for one in ones)
        yield Claim(
            flavour=f"{kind}s: {what} of {owner or 'nobody'}",
            name=_name(what, kind, owner or "none"),
            attributes={f"code_owner_{level}": ones[0].levels.get(level) for level in ("theme", "squad")},
            least=count,
            most=math.inf if what == "works" and any(one.is_at_least for one in ones) else count,
        )


def _name(what: str, kind: str, owner: str) -> str:
    return f"{what} of {owner}, {kind}s"
