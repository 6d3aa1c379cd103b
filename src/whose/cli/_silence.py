"""Keeps a project that is started only to be asked from being heard: by its monitoring, or by anybody else."""

from __future__ import annotations

import os
import sys
import threading

from whose.errors import WhoseError

#: Tells the agents that the project may start to keep still: nothing that we do is to show in anybody's monitoring.
_STILL = {
    "OTEL_SDK_DISABLED": "true",
    "DD_TRACE_ENABLED": "false",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_RUNTIME_METRICS_ENABLED": "false",
    "DD_PROFILING_ENABLED": "false",
    "NEW_RELIC_MONITOR_MODE": "false",
    # A configuration file may switch monitoring on again; in this mode the agent connects to nobody all the same.
    "NEW_RELIC_DEVELOPER_MODE": "true",
    "ELASTIC_APM_ENABLED": "false",
    "ELASTIC_APM_DISABLE_SEND": "true",
    "SENTRY_DSN": "",
}
_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class OfflineError(WhoseError):
    """Raised where a project that is only asked something would connect to somebody."""


def keep_still() -> None:
    """Tell the agents of this process to keep still, from now on."""
    os.environ.update(_STILL)


def refuse_connections() -> None:
    """Let nothing in this process connect or send through Python's sockets, from now on.

    What drivers and agents do in C is out of our reach.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _SENDING:
        return
    message = f"whose lets a project that it only asks something connect to nobody ({arguments[1]!r}); --online lets it"
    if threading.current_thread() is threading.main_thread():
        # Not what libraries take for a network that is down, and wait for.
        raise OfflineError(message)
    raise ConnectionRefusedError(message)
