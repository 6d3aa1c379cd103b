"""Queries to databases: counted and timed for the team whose code issued them, where costs include SQL."""

from __future__ import annotations

import sys
from time import perf_counter
from types import FrameType
from typing import Any

from whose.attribution import Attributor, leave_no_frame
from whose.costs import running_ledger
from whose.errors import contain
from whose.model import TeamName

#: Frames looked at for an owner, counted from the query outward; the ORM itself takes some twenty.
_MOST_FRAMES = 200


class Queries:
    """Stands in the path of every query by Django's own ``execute_wrappers``."""

    def __init__(self, attributor: Attributor) -> None:
        self._resolver = attributor.resolver

    def install(self) -> None:
        """Watch the connections that are open and those that will be."""
        from django.db import connections
        from django.db.backends.signals import connection_created

        for connection in connections.all(initialized_only=True):
            self._watch(connection)
        connection_created.connect(self._on_connection, weak=False)

    def uninstall(self) -> None:
        """Leave every connection as it was."""
        from django.db import connections
        from django.db.backends.signals import connection_created

        connection_created.disconnect(self._on_connection)
        for connection in connections.all(initialized_only=True):
            if self._counting in connection.execute_wrappers:
                connection.execute_wrappers.remove(self._counting)

    def _on_connection(self, connection: Any, **_: object) -> None:
        self._watch(connection)

    def _watch(self, connection: Any) -> None:
        if self._counting not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._counting)

    def _counting(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        ledger = charge = None
        started = 0.0
        try:
            ledger = running_ledger()
            if ledger is not None:
                team = self._issuer()
                charge = ledger.push(team) if team is not None else None
                started = perf_counter()
        except Exception as error:
            contain(error, cause="counting a query")
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            leave_no_frame(error, _OURS)
            raise
        finally:
            if ledger is not None:
                try:
                    ledger.count_query(charge.team if charge is not None else None, perf_counter() - started)
                    if charge is not None:
                        ledger.pop(charge)
                except Exception as error:
                    contain(error, cause="counting a query")

    def _issuer(self) -> TeamName | None:
        """Return the team of the innermost owned frame; None where the stack shows nobody's."""
        frame: FrameType | None = sys._getframe(2)
        for _ in range(_MOST_FRAMES):
            if frame is None:
                return None
            found = self._resolver.owner_of_frame(frame.f_code, frame.f_globals.get("__name__"))
            if found is not None and found.team is not None:
                return found.team.name
            frame = frame.f_back
        return None


_OURS = Queries._counting.__code__
