"""Baggage between services, over real HTTP servers and the real clients."""

from __future__ import annotations

import http.server
import threading
import urllib.request
from collections.abc import Iterator

import httpx
import pytest
import requests

import whose
from whose.attribution import Origin
from whose.baggage import Baggage
from whose.runtime import active
from whose.testing import installed

RULES = {"mappings": {"red": ["tests.red"], "team blue": ["tests.blue"]}}


class Service(http.server.BaseHTTPRequestHandler):
    """Notes the baggage of each request; sends /away to the other service."""

    received: list[tuple[str, str | None]]
    other: str

    def do_GET(self) -> None:
        self.received.append((self.path, self.headers.get("baggage")))
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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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
    import asyncio

    async def fetch() -> None:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            await client.get(url)

    asyncio.run(fetch())


CLIENTS = [fetch_with_urllib, fetch_with_requests, fetch_with_httpx, fetch_with_async_httpx]


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


def test_baggage_of_the_users_own_stays(services) -> None:  # type: ignore[no-untyped-def]
    url, received = services
    with installed({**RULES, "baggage_to": ["localhost"]}), whose.attributing("tests.red"):
        httpx.get(url, headers={"baggage": "tenant=7"})
    assert received == [("/", "tenant=7,code_owner_caller=red,code_owner_root=red")]


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
