"""What customers, staff and machines ask of the shop, round after round."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

STAFF = {"X-Staff-Token": "kettle"}
ADA = {"X-Customer": "ada"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request and the status that the shop is meant to answer with."""

    method: str
    path: str
    status: int = 200
    #: Sent as JSON where there is one.
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: How often it is sent in each of its rounds.
    times: int = 1
    #: It is sent in the first round and then in every so-many-th.
    every: int = 1


REQUESTS = (
    # browse
    Request("GET", "/catalogue/", times=3),
    Request("GET", "/catalogue/assam/", times=3),
    Request("GET", "/catalogue/coffee/", 404),
    Request("GET", "/catalogue/teapot/manual/", 500, every=2),
    Request("GET", "/catalogue/prices.csv"),
    Request("GET", "/catalogue/range/", 302),
    Request("POST", "/catalogue/reindex/", 202, headers=STAFF, every=2),
    Request("POST", "/catalogue/reindex/", 403, every=4),
    Request("GET", "/search/?q=tea", times=2),
    Request("GET", "/search/suggest/?q=t", times=2),
    Request("POST", "/search/warm/", 202, every=2),
    Request("GET", "/recommendations/assam/"),
    Request("GET", "/recommendations/kettle/", 500),
    Request("POST", "/recommendations/rebuild/", 202, every=2),
    # basket
    Request("GET", "/catalogue/offers/", times=2),
    Request("GET", "/cart/", headers=ADA, times=2),
    Request("POST", "/cart/add/", 201, {"sku": "assam"}, times=2),
    Request("GET", "/cart/api/lines/", headers=ADA),
    Request("POST", "/cart/api/lines/", 201, {"sku": "sencha"}, headers=ADA),
    Request("GET", "/cart/wishlist/", headers=ADA),
    Request("POST", "/cart/merge/", 202, headers=ADA),
    Request("POST", "/cart/expire/", 202, headers=STAFF, every=2),
    Request("GET", "/pricing/vouchers/welcome/"),
    Request("GET", "/pricing/vouchers/unheard-of/", 404, every=2),
    Request("POST", "/pricing/vouchers/spring/redeem/", 202, every=2),
    Request("POST", "/checkout/", 201, headers=ADA, times=2),
    Request("POST", "/checkout/check/", 202),
    Request("GET", "/checkout/delivery/N1/"),
    Request("POST", "/checkout/pay/"),
    Request("POST", "/checkout/pay/?currency=CHF", 500),
    Request("GET", "/admin/pricing/voucher/", headers=STAFF, every=3),
    # money
    Request("POST", "/payments/webhook/", 202, {"statement": "<html>"}),
    Request("GET", "/payments/balance/", 500),
    Request("GET", "/payments/ledger/"),
    Request("POST", "/invoicing/close-month/", 202, headers=STAFF, every=3),
    Request("GET", "/legacy/gift-cards/"),
    # parcel
    Request("GET", "/shipping/track/parcel-1/"),
    Request("GET", "/shipping/rates/"),
    Request("GET", "/shipping/rates/?currency=CHF", 500),
    Request("POST", "/shipping/dispatch/", 202, every=2),
    Request("POST", "/shipping/collect/", 202, every=2),
    Request("POST", "/shipping/manifest/", 202, every=6),
    Request("GET", "/warehouse/desk/"),
    Request("POST", "/warehouse/close-shift/", 202, every=2),
    Request("GET", "/admin/warehouse/shelf/", headers=STAFF, every=3),
    # care
    Request("GET", "/accounts/help/"),
    Request("GET", "/accounts/profile/", headers=ADA),
    Request("GET", "/accounts/profile/", 403),
    Request("GET", "/accounts/statement/"),
    Request("POST", "/accounts/leave/", 202, every=2),
    Request("GET", "/reviews/", every=2),
    Request("GET", "/reviews/1/"),
    Request("GET", "/reviews/0/", 404, every=2),
    Request("POST", "/reviews/", 201, {"product": "assam", "stars": 5, "text": "Best tea ever."}),
    Request("POST", "/reviews/", 400, {"product": "coffee"}, every=2),
    Request("POST", "/notifications/send/", 202, every=2),
    Request("GET", "/admin/checkout/order/", headers=STAFF, every=3),
    # platform
    Request("GET", "/", 302),
    Request("GET", "/status/"),
    Request("GET", "/healthz", times=2),
    Request("GET", "/admin/", headers=STAFF, every=3),
    # nobody
    Request("GET", "/legacy/catalogue.xml"),
    Request("GET", "/legacy/easter/", 500),
    Request("POST", "/legacy/sync/", 202, every=2),
    Request("GET", "/wp-login.php", 404),
    Request("GET", "/cart", 301),
)


def requests_for(round_number: int) -> list[Request]:
    """Return the requests of a round, counted from 0, in an order that differs from round to round.

    Round 0 holds every request, so a single round reaches every view and every task.
    """
    chosen = [request for request in REQUESTS if round_number % request.every == 0 for _ in range(request.times)]
    random.Random(round_number).shuffle(chosen)
    return chosen
