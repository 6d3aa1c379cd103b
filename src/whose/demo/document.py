"""The outcome of a run as one JSON document, for programs."""

from __future__ import annotations

from collections.abc import Mapping

from whose.demo.run import Outcome


def document_of(outcome: Outcome) -> dict[str, object]:
    """Return the outcome in lists and dicts; times in seconds, ``none`` for code that nobody owns."""
    verdict, summary = outcome.verdict, outcome.summary
    return {
        "verdict": {
            "is_right": verdict.is_right,
            "right": verdict.right,
            "transactions": len(verdict.judged),
            "wrong": [
                {
                    "entry": entry,
                    "aspect": difference.aspect,
                    "expected": difference.expected,
                    "got": difference.got,
                    "count": count,
                }
                for entry, difference, count in verdict.wrong
            ],
            "missing": list(verdict.missing),
        },
        "owners": [
            {
                "owner": row.owner,
                "requests": row.requests,
                "tasks": row.tasks,
                "errors": row.errors,
                "p50": row.p50,
                "p95": row.p95,
                "total": row.total,
            }
            for row in summary.owners
        ],
        "unowned": [
            {
                "entry": row.entry,
                "kind": row.kind,
                "module": row.module,
                "count": row.count,
                "errors": row.errors,
                "total": row.total,
            }
            for row in summary.unowned
        ],
        "faults": _pairs(summary.faults, "owner", "at_fault"),
        "hand_offs": _pairs(summary.hand_offs, "caller", "owner"),
        "own_seconds": dict(summary.own_seconds),
        "seconds": outcome.seconds,
        "versions": dict(outcome.versions),
    }


def _pairs(counts: Mapping[tuple[str, str], int], one: str, other: str) -> list[dict[str, object]]:
    return [{one: first, other: second, "count": count} for (first, second), count in sorted(counts.items())]
