"""The host for Django 4.2 and later; imports nothing of Django before the program has set it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whose.attribution import Attributor
from whose.config import Place
from whose.errors import contain
from whose.hosts.django import serving
from whose.hosts.django.commands import attribute_commands
from whose.hosts.django.queries import Queries
from whose.hosts.django.receivers import Receivers
from whose.hosts.django.records import REPORTS, OwnerOfRequest
from whose.hosts.django.settings import places_of, settings_in_use
from whose.hosts.django.templates import Templates
from whose.patches import Patches


class DjangoHost:
    """Gives the middleware what it hands requests to, and listens for exceptions that nothing handled."""

    def __init__(self) -> None:
        self._attributor: Attributor | None = None
        self._requests: serving.Requests | None = None
        self._filter: OwnerOfRequest | None = None
        self._signal: Any = None
        self._queries: Queries | None = None
        self._patches = Patches()

    def configuration(self) -> Sequence[Place]:
        """Return the settings that configure us; none before Django is set up."""
        settings = settings_in_use()
        return places_of(settings) if settings is not None else ()

    def install(self, attributor: Attributor) -> None:
        """Serve the middlewares that are loaded and those that will be."""
        requests = self._requests = serving.Requests(attributor)
        self._attributor = attributor
        attributor.owner_finders.append(requests.owner_of)
        self._filter = OwnerOfRequest(attributor, requests)
        self._filter.join(REPORTS)
        attributor.record_readers.append(self._filter.attribution_of)
        serving.begin_serving(requests, when_used=self._listen)
        if settings_in_use() is not None:
            self._listen()

    def uninstall(self) -> None:
        """Leave the middlewares in place, passing requests on untouched."""
        serving.end_serving()
        self._patches.undo()
        if self._queries is not None:
            self._queries.uninstall()
            self._queries = None
        if self._attributor is not None and self._requests is not None and self._filter is not None:
            self._filter.leave()
            self._attributor.record_readers.remove(self._filter.attribution_of)
            self._attributor.owner_finders.remove(self._requests.owner_of)
        if self._signal is not None and self._requests is not None:
            self._signal.disconnect(self._requests.failed)
        self._attributor = self._requests = self._filter = self._signal = None

    def _listen(self) -> None:
        """Hear of exceptions once; done when a middleware is loaded, where Django was not set up at install."""
        attributor = self._attributor
        if self._signal is None and self._requests is not None and attributor is not None:
            from django.core.signals import got_request_exception

            got_request_exception.connect(self._requests.failed, weak=False)
            _put_first(got_request_exception, self._requests.failed)
            self._signal = got_request_exception
            attribute_commands(attributor, self._patches)
            if "receivers" in attributor.parts:
                Receivers(attributor).install(self._patches)
            if attributor.meter is not None:
                Templates(attributor).install(self._patches)
                if "sql" in attributor.meter.parts:
                    self._queries = Queries(attributor)
                    self._queries.install()


def _put_first(signal: Any, receiver: Any) -> None:
    """Have a signal tell a receiver before all others.

    Agents that receive it too, as Sentry's does, report an error that a middleware raises, and by then its owner should
    be known. Django 4.2 and later; where its signals are made otherwise, the order stays that of connecting.
    """
    try:
        with signal.lock:
            signal.receivers.sort(key=lambda entry: entry[1] != receiver)
            signal.sender_receivers_cache.clear()
    except Exception as error:
        contain(error, cause="putting a receiver first")
