"""Looks at the process that it runs in, and turns what it sees into a document and back."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import whose
from whose.adapters import HOSTS, SINKS, DetectedSink
from whose.config import Config
from whose.errors import ConfigurationError, Problem
from whose.libraries import library_of
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
from whose.report.doctor.diagnosis import Diagnosis, Finding, HostFound, SinkFound, Tried
from whose.runtime import configured

#: Sinks that write numbers under labels of their own, not the keys of an attribution.
_OF_METRICS = frozenset({"prometheus", "opentelemetry_metrics"})
#: Sinks of the standard library, which prove nothing about a monitoring system.
_LOCAL = frozenset({"logging"})


def look(*, test: bool = False) -> Diagnosis:
    """Return what is seen in this process; with ``test``, after one attributed transaction through its agents."""
    # First of all, since reading the configuration may import what is then taken for an agent that is running.
    sinks_here = {point.name: _is_active(point) for point in sorted(entry_points(group=SINKS))}
    findings: list[Finding] = []
    config = Config()
    is_readable = True
    try:
        config = configured()
    except ConfigurationError as error:
        is_readable = False
        findings += [_fatal(problem) for problem in error.problems]
    sinks = tuple(_sink(name, config, is_active=is_active) for name, is_active in sinks_here.items())
    hosts = tuple(_host(point) for point in sorted(entry_points(group=HOSTS)))
    findings += _missing(config, sinks, hosts)
    tried: tuple[Tried, ...] | None = None
    if test and is_readable and not any(finding.is_fatal for finding in findings):
        from whose.report.doctor.trying import try_agents

        tried = try_agents([sink.name for sink in sinks if sink.is_written])
    return Diagnosis(sys.executable, whose.__version__, config.places, sinks, hosts, tuple(findings), tried)


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
    )


def _is_active(point: EntryPoint) -> bool:
    if point.name == "opentelemetry":
        # The sink itself always waits for an SDK that may be set up later; here it counts whether one is.
        return _has_tracer_provider()
    try:
        factory = point.load()
        return bool(factory.is_active()) if isinstance(factory, DetectedSink) else True
    except ImportError:
        return False


def _has_tracer_provider() -> bool:
    sdk = sys.modules.get("opentelemetry.sdk.trace")
    if sdk is None:
        return False
    from opentelemetry.trace import get_tracer_provider

    return isinstance(get_tracer_provider(), sdk.TracerProvider)


def _sink(name: str, config: Config, *, is_active: bool) -> SinkFound:
    library = library_of(name)
    is_here = library is None or library.version is not None
    is_written = is_here and (is_active if config.sinks is None else name in config.sinks)
    return SinkFound(
        name,
        library.name if library is not None else None,
        library.version if library is not None else None,
        is_active=is_active and is_here,
        is_written=is_written,
        keys=_keys(name, config) if is_written and name not in _OF_METRICS else {},
    )


def _keys(sink: str, config: Config) -> dict[str, str]:
    levels = dict.fromkeys(f"{CODE_OWNER}_{level}" for team in config.teams.values() for level in team.levels)
    others = (CODE_OWNER_MODULE, CODE_OWNER_SOURCE, CODE_OWNER_REASON, CODE_OWNER_CALLER, CODE_OWNER_ROOT)
    names = config.keys_of(sink)
    keys = (CODE_OWNER, *levels, *others, CODE_OWNER_AT_FAULT, CODE_OWNER_AT_FAULT_ALL)
    return {key: names.get(key, key) for key in keys}


def _host(point: EntryPoint) -> HostFound:
    library = library_of(point.name)
    if library is None:
        return HostFound(point.name, None, None, is_installed=True)
    return HostFound(point.name, library.name, library.version, is_installed=library.version is not None)


def _missing(config: Config, sinks: tuple[SinkFound, ...], hosts: tuple[HostFound, ...]) -> list[Finding]:
    found = []
    for sink in sinks:
        library = library_of(sink.name)
        if library is None:
            continue
        is_named = config.sinks is not None and sink.name in config.sinks
        if is_named and library.version is None:
            mend = f'pip install "whose[{library.extra}]"'
            found.append(
                Finding(f"sink {sink.name!r}", f"needs {library.name}, which is not here", mend, is_fatal=True)
            )
        elif is_named and not sink.is_active:
            found.append(Finding(f"sink {sink.name!r}", "its agent is not running here", _START))
        elif sink.is_active and not sink.is_written:
            mend = f'add "{sink.name}" to sinks, or leave sinks out to have all that run'
            found.append(Finding(f"sink {sink.name!r}", "its agent runs here, and gets nothing", mend))
    for name in dict.fromkeys([*(host.name for host in hosts), *(sink.name for sink in sinks)]):
        library = library_of(name)
        if library is not None and library.is_too_old:
            message = f"{library.name} {library.version} is older than {library.oldest}"
            found.append(Finding(name, message, f'pip install --upgrade "whose[{library.extra}]"'))
    if not config.places:
        mend = 'write [tool.whose] into pyproject.toml, or name a file: WHOSE_CONFIG; see "whose teams"'
        found.append(Finding("configuration", "none was found, so no code has an owner but by declarations", mend))
    if not any(sink.is_written and sink.name not in _LOCAL for sink in sinks):
        found.append(
            Finding("sinks", "no monitoring agent runs here, so nothing is written but to log records", _START)
        )
    return found


_START = "start it as the program does: whose doctor -- COMMAND, or --import the module that starts it"


def _fatal(problem: Problem) -> Finding:
    return Finding(problem.place, problem.message, problem.mend, is_fatal=True)
