"""Sends the shop's traffic, several customers at a time, and keeps what was answered otherwise than meant."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whose.demo.shop_files import Request

#: As many as ask at the same time; the site has two threads, so some wait, as in life.
_CUSTOMERS = 4
_SECONDS_TO_ANSWER = 20.0


@dataclass(frozen=True, slots=True)
class Surprise:
    """A request that was answered otherwise than the shop means to."""

    method: str
    path: str
    wanted: int
    #: The status that came, or why none came.
    got: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} was answered with {self.got} instead of {self.wanted}"


class Traffic:
    """Requests, round after round, for some seconds, but at least one whole round."""

    def __init__(
        self, requests_for: Callable[[int], Sequence[Request]], *, port: int, seconds: float, pace: float
    ) -> None:
        """``pace`` is the most requests a second that are sent."""
        self._port = port
        self._seconds = seconds
        self._planned = self._plan(requests_for, 1 / pace)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on, daemon=True) for _ in range(_CUSTOMERS)]
        #: Requests that were answered, whatever with.
        self.answered = 0
        self.surprises: list[Surprise] = []

    def start(self) -> None:
        """Begin to send, in threads that do not keep the process alive."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send no more; what is on its way may still be answered."""
        self._stopped.set()

    @property
    def is_over(self) -> bool:
        """Tell whether every request has been answered."""
        return not any(thread.is_alive() for thread in self._threads)

    def _plan(self, requests_for: Callable[[int], Sequence[Request]], pause: float) -> Iterator[Request]:
        begin = due = time.monotonic()
        number = 0
        while number == 0 or time.monotonic() - begin < self._seconds:
            for request in requests_for(number):
                if number and time.monotonic() - begin >= self._seconds:
                    return
                self._stopped.wait(max(0.0, due - time.monotonic()))
                if self._stopped.is_set():
                    return
                yield request
                due = max(due + pause, time.monotonic() - pause)
            number += 1

    def _ask_on(self) -> None:
        while True:
            with self._lock:
                request = next(self._planned, None)
            if request is None:
                return
            got = self._ask(request)
            with self._lock:
                if isinstance(got, int):
                    self.answered += 1
                if got != request.status:
                    shown = str(got) if isinstance(got, int) else f"nothing ({got})"
                    self.surprises.append(Surprise(request.method, request.path, request.status, shown))

    def _ask(self, request: Request) -> int | str:
        body = None if request.body is None else json.dumps(request.body)
        headers = {**request.headers, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS_TO_ANSWER)
        try:
            connection.request(request.method, request.path, body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__
        finally:
            connection.close()
        return response.status
