"""Finds files for which two sources name different owners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whose.index.globs import parse_glob
from whose.index.layers import Subject
from whose.model import UNOWNED, Rule
from whose.report.lint.examined import Examined
from whose.report.lint.finding import Finding
from whose.report.lint.path_rules import is_everything


@dataclass(slots=True)
class _Dispute:
    """Two rules of different sources that claim the same files for different owners."""

    winner: Rule
    loser: Rule
    files: int = 0
    example: str = ""


def find_disagreements(examined: Examined) -> Iterator[Finding]:
    """Return a finding for each rule that another source overrules, with how many files it loses that way.

    What ``unowned`` in the configuration says is meant to overrule others, and a catch-all is meant to be overruled.
    """
    layers = [layer for layer in examined.index.layers if layer.source != UNOWNED]
    if len(layers) < 2:
        return
    disputes: dict[tuple[int, int], _Dispute] = {}
    kept: list[Rule] = []
    general: dict[int, bool] = {}
    finds = {layer.source: [other.find for other in layers if other.source != layer.source] for layer in layers}
    everywhere = [layer.find for layer in layers]
    for path, subject in examined.subjects.items():
        winner = examined.ownerships[path].rule
        if winner is None or winner.source == UNOWNED:
            continue
        for find in finds.get(winner.source, everywhere):
            rule = find(subject)
            if rule is None or rule.team == winner.team:
                continue
            key = (id(winner), id(rule))
            dispute = disputes.get(key)
            if dispute is None:
                is_general = general.get(id(rule))
                if is_general is None:
                    is_general = general[id(rule)] = _is_catch_all(rule, subject)
                kept.append(rule)
                if is_general:
                    continue
                dispute = disputes[key] = _Dispute(winner, rule, example=path)
            dispute.files += 1
    yield from (_finding(dispute, examined) for dispute in disputes.values())


def _is_catch_all(rule: Rule, subject: Subject) -> bool:
    if subject.path is None or rule.source not in ("codeowners", "backstage"):
        return False
    return is_everything(parse_glob(rule.pattern))


def _finding(dispute: _Dispute, examined: Examined) -> Finding:
    winner, loser = dispute.winner, dispute.loser
    files = f"{dispute.files:,} files, such as {dispute.example}" if dispute.files > 1 else dispute.example
    message = (
        f"{loser.pattern!r} names {loser.team or 'nobody'}, but {winner.source} at {winner.place} names "
        f"{winner.team or 'nobody'} and counts for {files}"
    )
    mend = "make the two agree, or delete one"
    return examined.finding("WH301", message, mend, rule=loser, subject=f"{loser.pattern} against {winner.pattern}")
