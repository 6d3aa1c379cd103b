"""Looks at the process that it runs in, and turns what it sees into a document and back."""

from __future__ import annotations

import dataclasses
import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import whose
from whose.adapters import HOSTS, SINKS, DetectedSink
from whose.config import Config
from whose.errors import ConfigurationError, Problem
from whose.libraries import Library, library_behind, library_of
from whose.model import (
    CODE_OWNER,
    CODE_OWNER_AT_FAULT,
    CODE_OWNER_AT_FAULT_ALL,
    CODE_OWNER_CALLER,
    CODE_OWNER_MODULE,
    CODE_OWNER_REASON,
    CODE_OWNER_ROOT,
    CODE_OWNER_SOURCE,
)
from whose.report.doctor.agents import Lack, is_tracing, lack_of
from whose.report.doctor.diagnosis import Diagnosis, Finding, HostFound, SinkFound, Tried
from whose.runtime import configured

#: Sinks that write numbers under labels of their own, not the keys of an attribution.
_OF_METRICS = frozenset({"prometheus", "opentelemetry_metrics"})
#: Sinks of the standard library, which prove nothing about a monitoring system.
_LOCAL = frozenset({"logging"})


def look(*, test: bool = False) -> Diagnosis:
    """Return what is seen in this process; with ``test``, after one attributed transaction through its agents."""
    # First of all, since reading the configuration may import what is then taken for an agent that is running.
    seen = [_see(point) for point in sorted(entry_points(group=SINKS))]
    findings: list[Finding] = []
    config = Config()
    is_readable = True
    try:
        config = configured()
    except ConfigurationError as error:
        is_readable = False
        findings += [_fatal(problem) for problem in error.problems]
    sinks = tuple(_sink(one, config) for one in seen)
    hosts = tuple(_host(point) for point in sorted(entry_points(group=HOSTS)))
    findings += _wrong_with_hosts(hosts)
    findings += [finding for one, sink in zip(seen, sinks, strict=True) for finding in _wrong_with(one, sink, config)]
    findings += _missing(config, sinks)
    tried: tuple[Tried, ...] | None = None
    name = ""
    if test and is_readable and not any(finding.is_fatal for finding in findings):
        from whose.report.doctor.trying import try_agents

        name = f"whose doctor {uuid.uuid4().hex[:8]}"
        tried = try_agents(name, [sink.name for sink in sinks if sink.is_written])
    return Diagnosis(sys.executable, whose.__version__, config.places, sinks, hosts, tuple(findings), tried, name)


def document_of(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as JSON has it."""
    return dataclasses.asdict(diagnosis)


def diagnosis_of(document: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis that a document holds."""
    tried = document["tried"]
    return Diagnosis(
        python=document["python"],
        whose=document["whose"],
        places=tuple(document["places"]),
        sinks=tuple(SinkFound(**sink) for sink in document["sinks"]),
        hosts=tuple(HostFound(**host) for host in document["hosts"]),
        findings=tuple(Finding(**finding) for finding in document["findings"]),
        tried=None if tried is None else tuple(Tried(**one) for one in tried),
        test_name=document["test_name"],
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a sink before anything was read or loaded."""

    point: EntryPoint
    library: Library | None
    #: Its sink would be used where no configuration names sinks.
    is_detected: bool
    lack: Lack | None

    @property
    def is_here(self) -> bool:
        """Tell whether the library is installed, in a version that will do."""
        return self.library is None or (self.library.version is not None and not self.library.is_too_old)


def _see(point: EntryPoint) -> _Seen:
    library = library_behind(point)
    seen = _Seen(point, library, _is_detected(point), None)
    return replace(seen, lack=lack_of(point.name)) if seen.is_here else seen


def _is_detected(point: EntryPoint) -> bool:
    if point.name == "opentelemetry":
        # The sink itself always waits for an SDK that may be set up later; here it counts whether one is.
        return is_tracing()
    try:
        factory = point.load()
        return bool(factory.is_active()) if isinstance(factory, DetectedSink) else True
    except ImportError:
        return False


def _sink(seen: _Seen, config: Config) -> SinkFound:
    name, library = seen.point.name, seen.library
    is_named = _is_named(name, config)
    is_active = seen.is_here and (seen.is_detected or is_named) and (seen.lack is None or seen.lack.is_running)
    is_written = seen.is_here and (seen.is_detected if config.sinks is None else is_named)
    return SinkFound(
        name,
        library.name if library is not None else None,
        library.version if library is not None else None,
        is_too_old=library is not None and library.is_too_old,
        is_active=is_active,
        is_written=is_written,
        keys=_keys(name, config) if is_written and name not in _OF_METRICS else {},
    )


def _is_named(name: str, config: Config) -> bool:
    return config.sinks is not None and name in config.sinks


def _keys(sink: str, config: Config) -> dict[str, str]:
    levels = dict.fromkeys(f"{CODE_OWNER}_{level}" for team in config.teams.values() for level in team.levels)
    others = (CODE_OWNER_MODULE, CODE_OWNER_SOURCE, CODE_OWNER_REASON, CODE_OWNER_CALLER, CODE_OWNER_ROOT)
    names = config.keys_of(sink)
    keys = (CODE_OWNER, *levels, *others, CODE_OWNER_AT_FAULT, CODE_OWNER_AT_FAULT_ALL)
    return {key: names.get(key, key) for key in keys}


def _host(point: EntryPoint) -> HostFound:
    library = library_behind(point)
    if library is None:
        return HostFound(point.name, None, None, is_too_old=False, is_installed=True)
    is_here = library.version is not None
    return HostFound(point.name, library.name, library.version, is_too_old=library.is_too_old, is_installed=is_here)


def _wrong_with_hosts(hosts: tuple[HostFound, ...]) -> list[Finding]:
    libraries = [(host.name, library_of(host.name)) for host in hosts if host.is_too_old]
    return [_outdated(f"host {name!r}", library) for name, library in libraries if library is not None]


def _wrong_with(seen: _Seen, sink: SinkFound, config: Config) -> Iterator[Finding]:
    place = f"sink {sink.name!r}"
    library, lack = seen.library, seen.lack
    is_named = _is_named(sink.name, config)
    is_wanted = is_named or (config.sinks is None and seen.is_detected)
    if library is not None and library.version is None and is_wanted:
        mend = f'pip install "whose[{library.extra}]"'
        yield Finding(place, f"needs {library.name}, which is not installed here", mend, is_fatal=is_named)
    elif library is not None and sink.is_too_old and is_wanted:
        yield _outdated(place, library, is_fatal=is_named)
    elif config.sinks is not None and not is_named:
        is_running = seen.is_here and seen.is_detected and (lack is None or lack.is_running)
        if is_running and sink.name not in _LOCAL:
            mend = f'add "{sink.name}" to sinks, or leave sinks out to have all that run'
            yield Finding(place, "its agent runs here, and gets nothing", mend)
    elif lack is not None and (is_named or lack.is_begun):
        # What was begun may not have been meant: libraries load OpenTelemetry's SDK without being asked.
        is_doubtful = lack.is_running or not (is_named or seen.is_detected)
        yield Finding(place, lack.message, lack.mend, is_doubtful=is_doubtful)


def _outdated(place: str, library: Library, *, is_fatal: bool = False) -> Finding:
    message = f"needs {library.name} {library.oldest} or later, and {library.version} is installed here"
    return Finding(place, message, f'pip install --upgrade "whose[{library.extra}]"', is_fatal=is_fatal)


def _missing(config: Config, sinks: tuple[SinkFound, ...]) -> list[Finding]:
    found = []
    if not config.places:
        mend = 'write [tool.whose] into pyproject.toml, or name a file: WHOSE_CONFIG; see "whose teams"'
        found.append(Finding("configuration", "none was found, so no code has an owner but by declarations", mend))
    if not any(sink.is_written and sink.name not in _LOCAL for sink in sinks):
        mend = _START_WITHIN if "WHOSE_DOCTOR_TO" in os.environ else _START
        message = "no monitoring agent runs here, so nothing is written but to log records"
        found.append(Finding("sinks", message, mend))
    return found


_START = "start it as the program does: whose doctor -- COMMAND, or --import the module that starts it"
#: For a program that is looked at before its first line.
_START_WITHIN = "put the agent's launcher before the command, or --import the module that starts it"


def _fatal(problem: Problem) -> Finding:
    return Finding(problem.place, problem.message, problem.mend, is_fatal=True)
