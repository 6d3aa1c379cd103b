"""The values of a diagnosis: each sink and host, the problems, and the transaction that was made for a try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SinkFound:
    """One way out."""

    name: str
    library: str | None
    version: str | None
    #: An older version of the library is installed than we can speak to, so it is left out.
    is_too_old: bool
    #: The agent is running in this process, or will be.
    is_active: bool
    #: Attributions will be handed to it; it may yet lack something to send them on.
    is_written: bool
    #: What the keys are called there, by their default names; empty where nothing is written under them.
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostFound:
    """One kind of program that runs work."""

    name: str
    library: str | None
    version: str | None
    is_too_old: bool
    is_installed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or missing, and the mend."""

    place: str
    message: str
    mend: str
    #: It keeps ``whose.install()`` from succeeding.
    is_fatal: bool = False
    #: It may be well all the same, which only a person can tell; the exit code leaves it out.
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """One agent through which the attributed transaction went."""

    sink: str
    #: The agent has taken it; whether it arrives, only a person can see.
    is_sent: bool
    #: Where to look for it; or why it was not sent.
    message: str
    #: What it carries, under the names that are written.
    carried: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was seen in one process."""

    python: str
    whose: str
    #: Configuration files and settings that were read.
    places: tuple[str, ...]
    sinks: tuple[SinkFound, ...]
    hosts: tuple[HostFound, ...]
    findings: tuple[Finding, ...]
    #: None where no transaction was asked for, or where the configuration does not allow one.
    tried: tuple[Tried, ...] | None = None
    #: What the transaction is called; empty where none was made.
    test_name: str = ""
