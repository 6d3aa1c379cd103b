"""What tests need: a sink that keeps what it is given, and a way to install one configuration for one test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from whose.costs import Costs
from whose.model import Attribution, Fault
from whose.runtime import install, uninstall


class RecordingSink:
    """Keeps every Attribution that it is given, in order.

    >>> sink = RecordingSink()
    >>> len(sink.attributions)
    0
    """

    def __init__(self) -> None:
        self.attributions: list[Attribution] = []
        self.faults: list[tuple[Attribution, Fault]] = []
        self.costs: list[tuple[Attribution, Costs]] = []

    def record(self, attribution: Attribution) -> None:
        """Keep an attribution."""
        # Without a lock, since one that another thread holds at a fork stays locked in the child; append() is atomic.
        self.attributions.append(attribution)

    def record_error(self, attribution: Attribution, fault: Fault) -> None:
        """Keep who was at fault."""
        self.faults.append((attribution, fault))

    def record_costs(self, attribution: Attribution, costs: Costs) -> None:
        """Keep what a work cost."""
        self.costs.append((attribution, costs))

    @property
    def owners(self) -> list[str | None]:
        """Return the name of the team of each attribution; None where nobody owns it."""
        return [attribution.attributes.get("code_owner") for attribution in self.attributions]

    def clear(self) -> None:
        """Forget everything kept so far."""
        self.attributions.clear()
        self.faults.clear()
        self.costs.clear()


@contextlib.contextmanager
def installed(config: Mapping[str, object]) -> Iterator[RecordingSink]:
    """Install a configuration with a RecordingSink for the time of a block; other sinks only where ``config`` says so.

    >>> import whose
    >>> with installed({"mappings": {"team-red": ["shop.cart"]}}) as sink:
    ...     with whose.attributing("shop.cart.checkout"):
    ...         pass
    >>> sink.owners
    ['team-red']
    """
    sink = RecordingSink()
    others = config.get("sinks", ())
    install({**config, "sinks": [*(others if isinstance(others, list | tuple) else ()), sink]})
    try:
        yield sink
    finally:
        uninstall()
