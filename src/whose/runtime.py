"""Wires one process: configuration to index to resolver to attributor, and that to the hosts and sinks found here."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from whose.adapters import HOSTS, SINKS, chosen_sinks, entry_points_of, is_outdated, load, look_anew
from whose.attribution import Attributor
from whose.config import Config, Place, find_file, read_config
from whose.errors import ConfigurationError, Problem, contain, contained_errors
from whose.index import OwnershipIndex, mistakes_in_files
from whose.outlets import Outlet
from whose.resolver import Resolver


@runtime_checkable
class Host(Protocol):
    """What runs work; found by the entry points ``whose.hosts``. Its class is called without arguments."""

    def install(self, attributor: Attributor) -> None:
        """Attach to the framework; must be undone wholly by :meth:`uninstall`, and may be called again after it."""
        ...

    def uninstall(self) -> None:
        """Leave everything as it was before :meth:`install`."""
        ...


@runtime_checkable
class ConfiguringHost(Protocol):
    """A host whose framework has settings of its own, as Django does."""

    def configuration(self) -> Sequence[Place]:
        """Return the places of the framework that configure us, most important first."""
        ...


@runtime_checkable
class AttachedSink(Protocol):
    """A sink that must be attached to its library, as the logging sink is."""

    def install(self, attributor: Attributor) -> None: ...

    def uninstall(self) -> None: ...


class Runtime:
    """One installed configuration."""

    def __init__(self, config: Config, attributor: Attributor) -> None:
        self.config = config
        self.attributor = attributor
        self.hosts: dict[str, Host] = {}
        self._keys: dict[str, Mapping[str, str]] = {}

    @property
    def index(self) -> OwnershipIndex:
        """Return the index that this process asks."""
        return self.attributor.resolver.index

    def keys_of(self, sink: str) -> Mapping[str, str]:
        """Return the other names that keys have in a sink; put together once, for each record asks."""
        known = self._keys.get(sink)
        if known is None:
            known = self._keys[sink] = self.config.keys_of(sink)
        return known


_lock: tuple[int, threading.RLock] | None = None
_installed: Runtime | None = None
#: True while what is installed was given as an argument, which a later ``install()`` without one must not replace.
_explicit = False
_idle: Runtime | None = None
#: True while hosts are to be found for those frameworks alone that the program has imported by itself.
_leaves_unloaded = False
#: The process in which :func:`install` is at work; read and set under the lock.
_installing_in: int | None = None
#: What a program imports of a framework when it uses it, by the host; a framework's package alone may be asked for by
#: any library that only wants to know whether it is there.
_USED = {"celery": "celery.app", "django": "django.apps.registry"}


def _one_at_a_time() -> threading.RLock:
    """Return the lock of this process; one that a thread held while this process was forked is never given back."""
    global _lock
    if _lock is None or _lock[0] != os.getpid():
        _lock = (os.getpid(), threading.RLock())
    return _lock[1]


def active() -> Runtime:
    """Return what is installed, or, before that, a runtime without rules and sinks."""
    global _idle
    if _installed is not None:
        return _installed
    if _idle is None:
        _idle = Runtime(Config(), Attributor(Resolver(OwnershipIndex())))
    return _idle


def is_installed() -> bool:
    """Tell whether :func:`install` is in force."""
    return _installed is not None


def install(config: Mapping[str, object] | None = None) -> None:
    """Read the configuration, find hosts and sinks, and attach to them; once in force, doing it again changes nothing.

    ``config`` takes the keys of ``[tool.whose]``. Key by key, the first of these places decides: ``config``; Django's
    settings (``WHOSE``, ``CODE_OWNER_MAPPINGS``, ``CODE_OWNER_THEMES``) where Django is set up; the file named by
    ``WHOSE_CONFIG``, else the nearest ``whose.toml`` or ``pyproject.toml`` upward from the working directory.

    Raises:
        ConfigurationError: with every mistake at once; then nothing is installed and what was installed stays.
        MissingExtraError: a sink that was asked for by name needs a library that is not installed, or, as
            OutdatedExtraError, is too old.

    """
    global _leaves_unloaded
    with _one_at_a_time():
        _leaves_unloaded = False
        _install(config)


def _install(config: Mapping[str, object] | None) -> None:
    global _installing_in
    # The lock is this thread's: what asks now was told of an import that attaching a framework or an agent has made.
    if _installing_in == os.getpid() and config is None:
        return
    _installing_in = os.getpid()
    try:
        _install_anew_or_add(config)
    finally:
        _installing_in = None


def _install_anew_or_add(config: Mapping[str, object] | None) -> None:
    global _installed, _explicit
    look_anew()
    if _installed is not None and _explicit and config is None:
        _attach_hosts(_installed, _found_hosts())
        _attach_late_sinks(_installed)
        return
    hosts = _found_hosts()
    wanted = _config_of(config, hosts)
    if _installed is not None and _installed.config == wanted:
        _attach_hosts(_installed, hosts)
        _attach_late_sinks(_installed)
        return
    outlets = _outlets(wanted)
    attributor = Attributor(
        Resolver.of(wanted),
        outlets,
        costs=wanted.costs,
        parts=wanted.parts,
        guard=wanted.guard,
        baggage_to=wanted.baggage_to,
        baggage_from=wanted.baggage_from,
    )
    runtime = Runtime(wanted, attributor)
    uninstall()
    try:
        _attach_sinks(runtime)
        _attach_hosts(runtime, hosts)
    except Exception:
        _detach(runtime)
        raise
    _installed, _explicit = runtime, config is not None


def install_what_is_loaded() -> None:
    """Do as :func:`install` does, but leave frameworks alone that the program has not imported.

    For programs that were not written with us in mind; called again for each framework that turns up. What is installed
    already is added to in the way in which it was installed.

    Raises:
        ConfigurationError: with every mistake at once.
        MissingExtraError: a sink that was asked for by name needs a library that is not installed.

    """
    global _leaves_unloaded
    with _one_at_a_time():
        if _installed is None and _installing_in != os.getpid():
            _leaves_unloaded = True
        _install(None)


def uninstall() -> None:
    """Detach from every host and sink, so that everything is as it was before :func:`install`."""
    global _installed, _explicit
    with _one_at_a_time():
        runtime, _installed, _explicit = _installed, None, False
        if runtime is not None:
            _detach(runtime)


def stats() -> dict[str, object]:
    """Return what went wrong on our side, for a health check: contained errors by cause, and each sink's counts."""
    outlets = active().attributor.outlets
    return {
        "installed": is_installed(),
        "hosts": sorted(active().hosts),
        "contained_errors": dict(contained_errors),
        "sent_outside_work": dict(active().attributor.lost or {}),
        "sinks": {outlet.name: {"errors": outlet.errors, "late": outlet.late} for outlet in outlets},
    }


def configured(config: Mapping[str, object] | None = None) -> Config:
    """Return the Config that :func:`install` would use, without installing anything.

    Raises:
        ConfigurationError: with every mistake at once.

    """
    look_anew()
    return _config_of(config, _found_hosts())


def _config_of(given: Mapping[str, object] | None, hosts: Mapping[str, Host]) -> Config:
    if given is not None and not isinstance(given, Mapping):
        shape = type(given).__name__
        raise ConfigurationError(
            [Problem("install()", f"config is a {shape}", "give a dict with the keys of [tool.whose]")]
        )
    places = [Place("config", given)] if given is not None else []
    for host in hosts.values():
        if isinstance(host, ConfiguringHost):
            places.extend(host.configuration())
    found = find_file(Path.cwd())
    if found is not None:
        places.append(found)
    return read_config(places, known_sinks=entry_points_of(SINKS).keys(), inspection=mistakes_in_files)


def _found_hosts() -> dict[str, Host]:
    """Return a new or already attached host for each framework that is here."""
    known = dict(_installed.hosts) if _installed is not None else {}
    for name, point in entry_points_of(HOSTS).items():
        if name in known or (_leaves_unloaded and not _is_used(name)):
            continue
        try:
            # Looking at Celery means importing it; Django may be here and have nothing to do with the program.
            if (name == "celery" or _is_used(name)) and is_outdated(point):
                continue
            factory = load(point)
            host = factory() if factory is not None else None
        except Exception as error:
            contain(error, cause=f"loading the host {name}")
            continue
        if isinstance(host, Host):
            known[name] = host
    return known


def _is_used(host: str) -> bool:
    """Tell whether the program has imported a host's framework; of hosts without one, always."""
    return host not in _USED or _USED[host] in sys.modules


def _attach_hosts(runtime: Runtime, hosts: Mapping[str, Host]) -> None:
    for name, host in hosts.items():
        if name not in runtime.hosts:
            runtime.hosts[name] = host
            host.install(runtime.attributor)


def _attach_sinks(runtime: Runtime) -> None:
    for outlet in runtime.attributor.outlets:
        if isinstance(outlet.sink, AttachedSink):
            outlet.sink.install(runtime.attributor)


def _attach_late_sinks(runtime: Runtime) -> None:
    """Add the sinks of agents that were started since, where the configuration leaves the choice to us.

    Those that count works keep to what was there at the first install: tasks wrapped before would not be timed.
    """
    if runtime.config.sinks is not None:
        return
    known = {outlet.name for outlet in runtime.attributor.outlets}
    for outlet in _outlets(runtime.config):
        if outlet.name in known or (outlet.counts and runtime.attributor.meter is None):
            continue
        if isinstance(outlet.sink, AttachedSink):
            outlet.sink.install(runtime.attributor)
        runtime.attributor.add(outlet)


def _detach(runtime: Runtime) -> None:
    """Detach in the opposite order of attaching; where one fails, the others are detached all the same."""
    runtime.attributor.close()
    detaching = [(f"the host {name}", host.uninstall) for name, host in reversed(runtime.hosts.items())]
    detaching += [
        (f"the sink {outlet.name}", outlet.sink.uninstall)
        for outlet in reversed(runtime.attributor.outlets)
        if isinstance(outlet.sink, AttachedSink)
    ]
    for name, detach in detaching:
        try:
            detach()
        except Exception as error:
            contain(error, cause=f"uninstalling {name}")
    runtime.hosts.clear()


def _outlets(config: Config) -> tuple[Outlet, ...]:
    return tuple(Outlet(name, sink, keys=config.keys_of(name)) for name, sink in chosen_sinks(config.sinks))
