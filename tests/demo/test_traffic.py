"""Traffic, sent to a real server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from whose.demo.shop import listen
from whose.demo.traffic import Traffic


@dataclass(frozen=True)
class Request:
    path: str
    status: int = 200
    method: str = "GET"
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        assert isinstance(self.server, Site)
        self.server.asked.append((self.command, self.path, self.headers.get("X-Customer"), body))
        self.send_response(int(self.path.rpartition("/")[2]))
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _sent(requests: list[list[Request]], port: int, *, seconds: float) -> Traffic:
    traffic = Traffic(lambda number: requests[min(number, len(requests) - 1)], port=port, seconds=seconds, pace=500)
    traffic.start()
    end = time.monotonic() + 30
    while not traffic.is_over:
        assert time.monotonic() < end
        time.sleep(0.01)
    return traffic


def test_a_whole_round_is_sent_however_short_the_time(site: Site) -> None:
    requests = [Request(f"/{number}/200") for number in range(30)]
    traffic = _sent([requests], site.server_port, seconds=0)
    assert Counter(path for _, path, _, _ in site.asked) == Counter(request.path for request in requests)
    assert traffic.answered == 30
    assert traffic.surprises == []


def test_requests_are_sent_as_they_are_listed(site: Site) -> None:
    _sent([[Request("/a/201", 201, "POST", {"sku": "assam"}, {"X-Customer": "ada"})]], site.server_port, seconds=0)
    assert site.asked == [("POST", "/a/201", "ada", b'{"sku": "assam"}')]


def test_another_status_than_meant_is_a_surprise(site: Site) -> None:
    traffic = _sent([[Request("/a/500", 200), Request("/b/404", 404)]], site.server_port, seconds=0)
    assert [str(surprise) for surprise in traffic.surprises] == ["GET /a/500 was answered with 500 instead of 200"]
    assert traffic.answered == 2


def test_no_answer_is_a_surprise_and_counts_as_none() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
    traffic = _sent([[Request("/a/200")]], port, seconds=0)
    assert traffic.answered == 0
    assert "nothing (" in str(traffic.surprises[0])


def test_rounds_follow_each_other_until_the_time_is_over(site: Site) -> None:
    _sent([[Request("/first/200")], [Request("/later/200")]], site.server_port, seconds=0.2)
    asked = Counter(path for _, path, _, _ in site.asked)
    assert asked["/first/200"] == 1
    assert asked["/later/200"] > 1


def test_stopped_traffic_sends_no_more(site: Site) -> None:
    traffic = Traffic(lambda _: [Request("/a/200")] * 1000, port=site.server_port, seconds=600, pace=50)
    traffic.start()
    traffic.stop()
    end = time.monotonic() + 30
    while not traffic.is_over:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert traffic.answered < 1000
