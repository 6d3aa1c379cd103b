"""The company that carries the parcels, as the shop sees it: slow."""

from shop.platform.clients import ServiceClient
from shop.platform.retry import retrying

quotes = ServiceClient("carrier quotes", latency=0.04)
proofs = ServiceClient("carrier proofs", latency=0.01, is_down=True)


def quote(postcode: str) -> str:
    """Return what the carrier asks for a parcel to the postcode."""
    return quotes.get(f"/quote/{postcode}")["path"]


@retrying(times=2)
def delivery_proof(*, order: int) -> dict[str, str]:
    """Return the signature of whoever took the parcel; fails, for the service is down."""
    return proofs.get(f"/proof/{order}")
