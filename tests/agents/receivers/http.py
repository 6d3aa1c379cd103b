"""A server that keeps every request body it is sent, for agents that report over plain HTTP."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class HttpReceiver:
    """Serves until the block ends, handing path and uncompressed body of each POST to ``keep``."""

    def __init__(self, keep: Callable[[str, bytes], None], *, status: int, answer: bytes) -> None:
        self._keep = keep
        self._status = status
        self._answer = answer
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._keep, self._status, self._answer))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
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
    def address(self) -> str:
        """Return host and port."""
        assert self._server is not None, "the receiver serves only inside its block"
        return f"127.0.0.1:{self._server.server_port}"


def _uncompressed(body: bytes, encoding: str | None) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            return body


def _handler(keep: Callable[[str, bytes], None], status: int, answer: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One request a connection (HTTP/1.0): a connection kept alive may be shared across a fork, garbling both.
        # Headers and body leave in two writes; without this, each answer waits for a delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            keep(self.path, _uncompressed(self._body(), self.headers.get("Content-Encoding")))
            self._respond(status, answer)

        def do_GET(self) -> None:
            # Agents ask for the server's version and for configuration: there is none.
            self._respond(404, b"{}")

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _respond(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: what counts is what was received."""

    return Handler
