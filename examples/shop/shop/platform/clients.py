"""The client for services outside the shop, which answers by itself: an example has nobody to call."""

import time
from dataclasses import dataclass


class ServiceUnavailable(Exception):
    """The service did not answer."""


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """A service outside the shop."""

    name: str
    #: Seconds that the service takes to answer.
    latency: float = 0.0
    is_down: bool = False

    def get(self, path: str) -> dict[str, str]:
        """Return the service's answer; raise ServiceUnavailable where it gives none."""
        time.sleep(self.latency)
        if self.is_down:
            raise ServiceUnavailable(f"{self.name} does not answer")
        return {"service": self.name, "path": path}
