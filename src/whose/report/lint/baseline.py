"""The baseline: findings that are known and excused, so that only new ones fail; it only ever shrinks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whose.errors import ConfigurationError, Problem
from whose.report.lint.finding import Finding
from whose.report.writing import write_atomically

VERSION = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of each key are excused."""

    path: Path
    excused: Counter[str] = field(default_factory=Counter)

    def divided(self, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Return the findings that are new, and those that are excused."""
        left = Counter(self.excused)
        new, excused = [], []
        for finding in findings:
            if left[finding.key] > 0:
                left[finding.key] -= 1
                excused.append(finding)
            else:
                new.append(finding)
        return tuple(new), tuple(excused)

    def left_over(self, excused: Sequence[Finding], *, shown: str) -> tuple[Finding, ...]:
        """Return a finding for every entry that excuses nothing any more; ``shown`` is how the file is named."""
        gone = self.excused - Counter(finding.key for finding in excused)
        return tuple(
            Finding(
                "WH002",
                f"the baseline excuses {count} of {key!r}, which {'is' if count == 1 else 'are'} gone",
                "remove the entry: whose lint --fix --baseline does",
                subject=key,
                file=shown,
            )
            for key, count in sorted(gone.items())
        )

    def shrunk(self, excused: Iterable[Finding]) -> Baseline:
        """Return the baseline without what excuses nothing any more."""
        return Baseline(self.path, self.excused & Counter(finding.key for finding in excused))

    def write(self) -> None:
        """Write the file, sorted, one entry a line, so that changes are easy to review."""
        document = {"version": VERSION, "findings": dict(sorted(self.excused.items()))}
        write_atomically(self.path, (json.dumps(document, indent=2) + "\n").encode())


def new_baseline(path: Path, findings: Iterable[Finding]) -> Baseline:
    """Return the baseline that excuses all of some findings."""
    return Baseline(path, Counter(finding.key for finding in findings))


def load_baseline(path: Path) -> Baseline:
    """Return the baseline that a file holds.

    Raises:
        ConfigurationError: the file is missing or is no baseline.

    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        mend = f"make it: whose lint --baseline {path} --new-baseline"
        raise ConfigurationError([Problem(str(path), "there is no such baseline", mend)]) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            [Problem(str(path), f"cannot be read as a baseline ({error})", "make it anew")]
        ) from error
    findings = document.get("findings") if isinstance(document, dict) else None
    is_known = isinstance(document, dict) and document.get("version") == VERSION
    if not is_known or not isinstance(findings, dict) or not all(type(count) is int for count in findings.values()):
        raise ConfigurationError([Problem(str(path), "is no baseline of this version of whose", "make it anew")])
    return Baseline(path, Counter({key: count for key, count in findings.items() if count > 0}))
