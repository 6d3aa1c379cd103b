"""A collector that speaks New Relic's agent protocol over TLS and keeps the events it is sent."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import trustme

#: What ``connect`` answers; names and meaning as in ``newrelic/common/agent_http.py``, ``DeveloperModeClient``.
#: The limits are high enough that nothing is sampled away, the period is short enough to look at a running agent.
_CONNECTED: Final = {
    "agent_run_id": "1234567",
    "apdex_t": 0.5,
    "account_id": "12345",
    "primary_application_id": "12345",
    "trusted_account_ids": [12345],
    "trusted_account_key": "12345",
    "encoding_key": "1" * 40,
    "entity_guid": "WHOSETESTENTITY",
    "url_rules": [],
    "messages": [],
    "collect_errors": True,
    "collect_error_events": True,
    "collect_traces": False,
    "collect_analytics_events": True,
    "collect_span_events": True,
    "collect_custom_events": True,
    "data_report_period": 60,
    "sampling_rate": 0,
    "sampling_target": 10_000,
    "sampling_target_period_in_seconds": 60,
    "event_harvest_config": {
        "report_period_ms": 1_000,
        "harvest_limits": {
            "analytic_event_data": 10_000,
            "error_event_data": 10_000,
            "custom_event_data": 10_000,
            "log_event_data": 10_000,
        },
    },
    "span_event_harvest_config": {"report_period_ms": 1_000, "harvest_limit": 10_000},
}

#: Methods whose payload is ``[run id, sampling info, [[intrinsics, user attributes, agent attributes], ...]]``.
_EVENTS: Final = ("analytic_event_data", "error_event_data", "span_event_data")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a harvest: a transaction, an error or a span."""

    intrinsics: Mapping[str, Any]
    #: Custom attributes: what ``add_custom_attributes`` was given.
    user: Mapping[str, Any]
    agent: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name of the event's transaction: ``OtherTransaction/Celery/billing.tasks.charge``."""
        return str(self.intrinsics.get("transactionName") or self.intrinsics.get("name"))


class Collector:
    """Serves until the block ends; a context manager.

    >>> with Collector(tmp_path) as collector:
    ...     subprocess.run(["newrelic-admin", ...], env=os.environ | collector.environment)
    ...     collector.transactions()
    """

    def __init__(self, directory: Path) -> None:
        """Keep the certificate authority, which agents must trust, in ``directory``."""
        self._directory = directory
        self._received: dict[str, list[Event]] = {method: [] for method in _EVENTS}
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        #: What Errors inbox groups by: message, class and stack of each kind of error, as the agent sends them.
        self.error_traces: list[Any] = []
        #: Methods as they came, to tell "the agent never registered" from "it sent no events".
        self.methods: list[str] = []

    def __enter__(self) -> Self:
        # The agent has no setting for a plain connection: ``ApplicationModeClient`` is an HTTPS client.
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self._authority))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)

        server = ThreadingHTTPServer(("localhost", 0), _handler(self))
        server.daemon_threads = True
        # A handshake belongs into the connection's own thread: one slow peer must not keep others from connecting.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name="newrelic-collector", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def _authority(self) -> Path:
        return self._directory / "newrelic-authority.pem"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes an agent report here, at once, all that it sees."""
        assert self._server is not None, "the collector serves only inside its block"
        return {
            "NEW_RELIC_LICENSE_KEY": "0" * 40,
            "NEW_RELIC_APP_NAME": "whose-tests",
            "NEW_RELIC_HOST": "localhost",
            "NEW_RELIC_PORT": str(self._server.server_port),
            "NEW_RELIC_CA_BUNDLE_PATH": str(self._authority),
            # Transactions that end before the agent has registered are dropped: wait for it.
            "NEW_RELIC_STARTUP_TIMEOUT": "20",
            "NEW_RELIC_SHUTDOWN_TIMEOUT": "20",
            "NEW_RELIC_DISTRIBUTED_TRACING_SAMPLER_ROOT": "always_on",
            "NEW_RELIC_DISTRIBUTED_TRACING_SAMPLER_REMOTE_PARENT_SAMPLED": "always_on",
            "NEW_RELIC_DISTRIBUTED_TRACING_SAMPLER_REMOTE_PARENT_NOT_SAMPLED": "always_on",
            # These ask the network who hosts the process, or list the packages: seconds, and nothing to us.
            "NEW_RELIC_PACKAGE_REPORTING_ENABLED": "false",
            "NEW_RELIC_UTILIZATION_DETECT_AWS": "false",
            "NEW_RELIC_UTILIZATION_DETECT_AZURE": "false",
            "NEW_RELIC_UTILIZATION_DETECT_AZUREFUNCTION": "false",
            "NEW_RELIC_UTILIZATION_DETECT_GCP": "false",
            "NEW_RELIC_UTILIZATION_DETECT_PCF": "false",
            "NEW_RELIC_UTILIZATION_DETECT_DOCKER": "false",
            "NEW_RELIC_UTILIZATION_DETECT_KUBERNETES": "false",
        }

    def transactions(self) -> tuple[Event, ...]:
        """Return the transaction events harvested so far, in the order of their arrival."""
        return self._events("analytic_event_data")

    def errors(self) -> tuple[Event, ...]:
        """Return the error events harvested so far, in the order of their arrival."""
        return self._events("error_event_data")

    def spans(self) -> tuple[Event, ...]:
        """Return the span events harvested so far, in the order of their arrival."""
        return self._events("span_event_data")

    def _events(self, method: str) -> tuple[Event, ...]:
        with self._lock:
            return tuple(self._received[method])

    def answer(self, method: str, payload: Any) -> object:
        """Keep what a call of the agent brought and return the ``return_value`` that it waits for."""
        with self._lock:
            self.methods.append(method)
            if method == "error_data":
                self.error_traces.extend(payload[1])
            if method in _EVENTS:
                self._received[method].extend(Event(*parts) for parts in payload[2])
        if method == "preconnect":
            return {"redirect_host": "localhost"}
        if method == "connect":
            return _CONNECTED
        return []


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this, each answer waits for a delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            match self.headers.get("Content-Encoding", "identity").lower():
                case "deflate":
                    body = zlib.decompress(body)
                case "gzip":
                    body = gzip.decompress(body)
            method = parse_qs(urlsplit(self.path).query)["method"][0]
            answer = json.dumps({"return_value": collector.answer(method, json.loads(body))}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: the agent's own log tells of its calls."""

    return Handler
