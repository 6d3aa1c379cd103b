"""A profile by owner: weighted stacks, and the sums that people ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stack, and the team that owns its code."""

    name: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One stack, outermost frame first, and what was spent while it stood."""

    frames: tuple[Frame, ...]
    weight: float

    @property
    def owner(self) -> str:
        """Return the team of the innermost owned frame."""
        return next((frame.owner for frame in reversed(self.frames) if frame.owner), NOBODY)

    @property
    def place(self) -> str:
        """Return the innermost frame that the owner owns; the innermost of all where nobody does."""
        named = (frame.name for frame in reversed(self.frames) if frame.owner)
        return next(named, self.frames[-1].name if self.frames else "")


@dataclass(frozen=True, slots=True)
class Profile:
    """All samples of a run, of all its processes."""

    samples: tuple[Sample, ...]
    #: What a weight is: ``s`` for seconds of CPU time, ``samples`` for counts.
    unit: str = "s"
    processes: int = 1

    @property
    def total(self) -> float:
        """Return the sum of all weights."""
        return sum(sample.weight for sample in self.samples)

    def by_owner(self) -> list[tuple[str, float]]:
        """Return what each team's code spent, most first."""
        return _summed((sample.owner, sample.weight) for sample in self.samples)

    def hottest_of(self, owner: str, *, most: int = 1) -> list[tuple[str, float]]:
        """Return the places in a team's code where most was spent."""
        return _summed((sample.place, sample.weight) for sample in self.samples if sample.owner == owner)[:most]


def _summed(weights: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    sums: dict[str, float] = {}
    for name, weight in weights:
        sums[name] = sums.get(name, 0.0) + weight
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def load_samples(folder: Path) -> Profile:
    """Return the profile that the processes of a program have written into a folder."""
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    samples = tuple(
        Sample(tuple(Frame(name, owner) for name, owner in stack["frames"]), stack["seconds"])
        for document in documents
        for stack in document["stacks"]
    )
    return Profile(samples, processes=len(documents))
