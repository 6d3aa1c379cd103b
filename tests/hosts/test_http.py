"""Baggage between services, over real HTTP servers and the real clients."""

from __future__ import annotations

import asyncio
import http.server
import socket
import subprocess
import sys
import threading
import traceback
import urllib.request
from collections.abc import Iterator

import aiohttp
import httpx
import pytest
import requests

import whose
from tests.frames import OUR_CODE
from whose.baggage import Baggage
from whose.entrances import Origin
from whose.runtime import active
from whose.testing import installed

RULES = {"mappings": {"red": ["tests.red"], "team blue": ["tests.blue"]}}


class Service(http.server.BaseHTTPRequestHandler):
    """Notes the baggage of each request; sends /away to the other service."""

    received: list[tuple[str, str | None]]
    other: str

    def do_GET(self) -> None:
        members = self.headers.get_all("baggage")
        self.received.append((self.path, ",".join(members) if members else None))
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", self.other)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def services() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    received: list[tuple[str, str | None]] = []

    class handler(Service):
        pass

    handler.received = received
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # The same server under another name: localhost is on the list of these tests, 127.0.0.1 is not.
    handler.other = f"http://127.0.0.1:{server.server_port}/landed"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}", received
    server.shutdown()
    server.server_close()
    thread.join()


def fetch_with_urllib(url: str) -> None:
    urllib.request.urlopen(url).close()


def fetch_with_requests(url: str) -> None:
    requests.get(url, timeout=10)


def fetch_with_httpx(url: str) -> None:
    httpx.get(url, follow_redirects=True)


def fetch_with_async_httpx(url: str) -> None:
    async def fetch() -> None:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            await client.get(url)

    asyncio.run(fetch())


def fetch_with_aiohttp(url: str) -> None:
    async def fetch() -> None:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            await response.read()

    asyncio.run(fetch())


CLIENTS = [fetch_with_urllib, fetch_with_requests, fetch_with_httpx, fetch_with_async_httpx, fetch_with_aiohttp]


@pytest.mark.parametrize("fetch", CLIENTS)
def test_a_listed_host_is_told_who_asks_and_where_it_redirects_to_is_not(fetch, services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    with (
        installed({**RULES, "baggage_to": ["localhost"]}),
        whose.attributing("tests.red"),
        whose.attributing("tests.blue"),
    ):
        fetch(f"{url}/away")
    told = "code_owner_caller=team%20blue,code_owner_root=red"
    assert received == [("/away", told), ("/landed", None)]


@pytest.mark.parametrize("fetch", CLIENTS)
def test_nobody_is_told_anything_by_default(fetch, services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    with installed(RULES), whose.attributing("tests.red"):
        fetch(f"{url}/")
    assert received == [("/", None)]


@pytest.mark.parametrize("fetch", CLIENTS)
def test_outside_all_work_nothing_is_sent(fetch, services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    with installed({**RULES, "baggage_to": ["localhost"]}):
        fetch(f"{url}/")
    assert received == [("/", None)]


def ask_with_httpx(url: str, headers: dict[str, str]) -> None:
    httpx.get(url, headers=headers, follow_redirects=True)


def ask_with_requests(url: str, headers: dict[str, str]) -> None:
    requests.get(url, headers=headers, timeout=10)


def ask_with_aiohttp(url: str, headers: dict[str, str]) -> None:
    async def fetch() -> None:
        async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
            await response.read()

    asyncio.run(fetch())


@pytest.mark.parametrize("ask", [ask_with_requests, ask_with_httpx, ask_with_aiohttp])
def test_baggage_of_the_users_own_stays(ask, services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    own = {"baggage": "tenant=7"}
    with installed({**RULES, "baggage_to": ["localhost"]}), whose.attributing("tests.red"):
        ask(f"{url}/away", own)
    assert received == [("/away", "tenant=7,code_owner_caller=red,code_owner_root=red"), ("/landed", "tenant=7")]
    assert own == {"baggage": "tenant=7"}


def test_a_request_through_a_proxy_is_judged_by_the_host_that_it_is_for(services) -> None:  # type: ignore[no-untyped-def]
    proxy, received = services
    with installed({**RULES, "baggage_to": ["localhost", ".internal"]}), whose.attributing("tests.red"):
        for host in ("api.internal", "elsewhere.example"):
            requests.get(f"http://{host}/", proxies={"http": proxy}, timeout=10)
            httpx.Client(proxy=proxy).get(f"http://{host}/")
    told = "code_owner_caller=red,code_owner_root=red"
    inside, outside = "http://api.internal/", "http://elsewhere.example/"
    assert received == [(inside, told), (inside, told), (outside, None), (outside, None)]


@pytest.mark.parametrize("fetch", CLIENTS)
def test_a_connection_that_fails_shows_no_frame_of_ours(fetch) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://localhost:{taken.getsockname()[1]}/"
        with (
            installed({**RULES, "baggage_to": ["localhost"]}),
            whose.attributing("tests.red"),
            pytest.raises(Exception) as raised,
        ):
            fetch(url)
    assert OUR_CODE not in "".join(traceback.format_exception(raised.value))


LATE = """
import sys
import whose
from whose.testing import installed

names = "http.client", "httpx", "aiohttp"
with installed({"mappings": {"red": ["red"]}, "sinks": [], "baggage_to": ["localhost"]}):
    print([name for name in names if name in sys.modules])
    from tests.hosts.test_http import CLIENTS
    with whose.attributing("red"):
        for fetch in CLIENTS:
            fetch(sys.argv[1])
print([finder for finder in sys.meta_path if type(finder).__module__.startswith("whose")])
for fetch in CLIENTS:
    fetch(sys.argv[1])
"""


def test_clients_that_are_imported_after_us_tell_too_and_none_is_imported_by_us(services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    done = subprocess.run([sys.executable, "-c", LATE, url], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n[]\n", done.stderr
    told = "code_owner_caller=red,code_owner_root=red"
    assert received == [("/", told)] * len(CLIENTS) + [("/", None)] * len(CLIENTS)


@pytest.mark.parametrize(
    ("header", "sender", "origin"),
    [
        ("code_owner_caller=red,code_owner_root=team%20blue", "10.1.2.3", Origin("red", "team blue")),  # type: ignore[arg-type]
        ("a=b, code_owner_caller = red ;p=1", "10.1.2.3", Origin("red", None)),  # type: ignore[arg-type]
        ("code_owner_caller=red", "11.1.2.3", None),
        ("code_owner_caller=red", None, None),
        ("code_owner_caller=red", "not an address", None),
        ("code_owner_caller=nobody-we-know", "10.1.2.3", None),
        ("code_owner_caller", "10.1.2.3", None),
        (",;=%zz" * 5_000, "10.1.2.3", None),
        ("", "10.1.2.3", None),
    ],
)
def test_only_listed_senders_and_known_teams_are_believed(
    header: str, sender: str | None, origin: Origin | None
) -> None:
    with installed(RULES):
        baggage = Baggage(active().attributor, taken_from=["10.0.0.0/8"])
        assert baggage.origin_of(header, sender=sender) == origin


def test_a_leading_dot_lists_all_hosts_below(services) -> None:  # type: ignore[no-untyped-def]
    with installed(RULES), whose.attributing("tests.red"):
        baggage = Baggage(active().attributor, to=[".internal"])
        assert baggage.header_for("Billing.internal")
        assert baggage.header_for("billing.internal.example.org") is None
        assert baggage.header_for("internal") is None


def test_a_sender_that_is_no_network_is_a_mistake() -> None:
    with pytest.raises(whose.ConfigurationError, match=r"baggage_from.*10\.0\.0\.0/8"):
        whose.install({"baggage_from": ["everyone"]})
