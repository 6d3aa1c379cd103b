"""Carries who asked for a work between services as W3C baggage, among those alone that the configuration lists."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import quote, unquote

from whose.attribution import Attributor, asking
from whose.entrances import Origin
from whose.model import CODE_OWNER_CALLER, CODE_OWNER_ROOT, TeamName

#: The header of https://www.w3.org/TR/baggage/, which may occur several times in one request.
HEADER = "baggage"
#: The specification lets receivers drop more than this many bytes; we read no further.
_MOST_BYTES = 8_192


class Baggage:
    """Writes and reads the members ``code_owner_caller`` and ``code_owner_root``.

    ``to`` are host names, a leading dot for all below: ``billing.internal``, ``.internal``. ``taken_from`` are
    addresses and networks of senders: ``10.0.0.0/8``. With neither, nothing is sent or taken in.

    Raises:
        ValueError: an item of ``taken_from`` is no address or network.

    """

    def __init__(self, attributor: Attributor, *, to: Sequence[str] = (), taken_from: Sequence[str] = ()) -> None:
        self._attributor = attributor
        self._hosts = frozenset(host.lower() for host in to if not host.startswith("."))
        self._domains = tuple(host.lower() for host in to if host.startswith("."))
        self._networks = tuple(ipaddress.ip_network(sender, strict=False) for sender in taken_from)

    @property
    def is_taken_in(self) -> bool:
        """Tell whether any sender is believed."""
        return bool(self._networks)

    def header_for(self, host: str | None) -> str | None:
        """Return the header for a request to a host; None for a host not on the list, and where nobody asks."""
        if host is None:
            return None
        name = host.lower().rstrip(".")
        if name not in self._hosts and not name.endswith(self._domains or ("\0",)):
            return None
        caller, root = asking()
        members = [f"{key}={quote(team, safe='')}" for key, team in _named(caller, root) if team]
        return ",".join(members) or None

    def origin_of(self, header: str | None, *, sender: str | None) -> Origin | None:
        """Return who asked for a request; None unless its sender is on the list and the teams are known here."""
        if not header or not self._is_believed(sender):
            return None
        values: dict[str, str] = {}
        for member in header[:_MOST_BYTES].split(","):
            key, _, value = member.partition(";")[0].partition("=")
            values.setdefault(key.strip(), unquote(value.strip()))
        knows = self._attributor.resolver.knows
        caller, root = (
            TeamName(name) if (name := values.get(key, "")) and knows(TeamName(name)) else None
            for key in (CODE_OWNER_CALLER, CODE_OWNER_ROOT)
        )
        return Origin(caller, root) if caller or root else None

    def _is_believed(self, sender: str | None) -> bool:
        try:
            address = ipaddress.ip_address(sender or "")
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def _named(caller: TeamName | None, root: TeamName | None) -> tuple[tuple[str, TeamName | None], ...]:
    return (CODE_OWNER_CALLER, caller), (CODE_OWNER_ROOT, root)
