"""The bank, as the shop sees it."""

from shop.platform.clients import ServiceClient

TERMINALS = {"GBP": "terminal-1", "EUR": "terminal-2"}

bank = ServiceClient("bank", latency=0.03)
archive = ServiceClient("bank archive", latency=0.01, is_down=True)


class GatewayError(Exception):
    """The money did not move."""


class GatewayTimeout(GatewayError):
    """The bank took too long."""


def authorise(pence: int, *, currency: str) -> str:
    """Return the bank's word that the money is there; raise GatewayError where there is none."""
    terminal = TERMINALS.get(currency)
    if terminal is None:
        raise GatewayError(f"no terminal takes {currency}")
    return bank.get(f"/{terminal}/authorise/{pence}")["service"]
