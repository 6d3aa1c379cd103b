"""Splits what a work costs between the teams whose code it ran: own wall and CPU time, SQL, and the wait in a queue."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from threading import get_ident
from time import perf_counter, thread_time
from types import MappingProxyType
from typing import Any

from whose.model import TeamName


def _nothing() -> Mapping[TeamName, Any]:
    return _NOTHING


_NOTHING: Mapping[TeamName, Any] = MappingProxyType({})
#: How code that nobody owns is called where a team's name would stand.
NOBODY = TeamName("none")
#: Stands for the owner of the work itself, who may not be known before the work is over.
_ITSELF = TeamName("")
_QUEUE_SECONDS = "code_owner_queue_seconds"


@dataclass(frozen=True, slots=True)
class Costs:
    """What one work cost, by team. Seconds are exclusive: they add up to the work's own duration."""

    wall_seconds: Mapping[TeamName, float] = field(default_factory=_nothing)
    cpu_seconds: Mapping[TeamName, float] = field(default_factory=_nothing)
    sql_queries: Mapping[TeamName, int] = field(default_factory=_nothing)
    sql_seconds: Mapping[TeamName, float] = field(default_factory=_nothing)
    #: Seconds from being sent, or from its ETA, to its start; None where that is not measured.
    queue_seconds: float | None = None
    #: How long the work took, in seconds; measured whichever parts are on.
    seconds: float = 0.0
    _names: Mapping[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_duration(self) -> bool:
        """Tell whether nothing was measured but how long the work waited and took."""
        return not (self.wall_seconds or self.cpu_seconds or self.sql_queries)

    @property
    def attributes(self) -> dict[str, float]:
        """Return what is emitted, one attribute for each kind of cost and team."""
        names = self._names or {}
        values: dict[str, float] = {}
        kinds: tuple[tuple[str, Mapping[TeamName, float]], ...] = (
            ("code_owner_own_seconds", self.wall_seconds),
            ("code_owner_own_cpu_seconds", self.cpu_seconds),
            ("code_owner_sql_queries", self.sql_queries),
            ("code_owner_sql_seconds", self.sql_seconds),
        )
        for key, costs in kinds:
            name = names.get(key, key)
            values.update({f"{name}.{team}": amount for team, amount in costs.items()})
        if self.queue_seconds is not None:
            values[names.get(_QUEUE_SECONDS, _QUEUE_SECONDS)] = self.queue_seconds
        return values

    def renamed(self, keys: Mapping[str, str]) -> Costs:
        """Return the same costs with other names for what they emit; a team's name after the dot stays.

        >>> costs = Costs(sql_queries={TeamName("team-red"): 3})
        >>> costs.renamed({"code_owner_sql_queries": "queries"}).attributes
        {'queries.team-red': 3}
        """
        copy = replace(self)
        object.__setattr__(copy, "_names", keys)
        return copy


class Charge:
    """One entry of a ledger's stack: the team that time goes to while it is on top."""

    __slots__ = ("team",)

    def __init__(self, team: TeamName) -> None:
        self.team = team


class Ledger:
    """The open account of one running work.

    Time goes to the team on top of the stack. Each clock is read once for a switch, so that the shares add up exactly.

    >>> kept = Ledger({"wall"})
    >>> charge = kept.push(TeamName("team-red"))
    >>> kept.pop(charge)
    >>> sorted(kept.closed(TeamName("team-blue")).wall_seconds)
    ['team-blue', 'team-red']
    """

    __slots__ = (
        "_began",
        "_cpu",
        "_cpu_at",
        "_queries",
        "_sql",
        "_stack",
        "_thread",
        "_wall",
        "_wall_at",
        "queue_seconds",
    )

    def __init__(
        self, parts: Collection[str], *, queue_seconds: float | None = None, thread: int | None = None
    ) -> None:
        # Importing asyncio would cost more than all of us; who runs a loop has imported it.
        asyncio = sys.modules.get("asyncio")
        is_async = asyncio is not None and asyncio._get_running_loop() is not None
        self._wall: dict[TeamName, float] | None = {} if "wall" in parts else None
        # Between two switches of a coroutine or greenlet its thread runs others, so its CPU time is not to be had.
        has_cpu = "cpu" in parts and not is_async and not _is_in_greenlet()
        self._cpu: dict[TeamName, float] | None = {} if has_cpu else None
        self._queries: dict[TeamName, int] = {}
        self._sql: dict[TeamName, float] = {}
        self.queue_seconds = queue_seconds
        self._stack = [Charge(_ITSELF)]
        self._thread = thread if thread is not None else None if is_async else get_ident()
        self._began = self._wall_at = perf_counter()
        self._cpu_at = thread_time() if self._cpu is not None else 0.0

    @property
    def is_here(self) -> bool:
        """Tell whether this thread may write to the ledger; one that runs beside the work's own thread may not."""
        return self._thread is None or self._thread == get_ident()

    def push(self, team: TeamName | None) -> Charge:
        """Charge a team from now on, until the Charge that is returned is popped."""
        self._settle()
        charge = Charge(team or NOBODY)
        self._stack.append(charge)
        return charge

    def push_itself(self) -> Charge:
        """Charge the owner of the work itself from now on, until the Charge that is returned is popped."""
        self._settle()
        charge = Charge(_ITSELF)
        self._stack.append(charge)
        return charge

    def pop(self, charge: Charge) -> None:
        """Stop charging what a push returned; of interleaved coroutines each takes its own off."""
        self._settle()
        if charge in self._stack:
            self._stack.remove(charge)

    def count_query(self, team: TeamName | None, seconds: float) -> None:
        """Count one query to a database, issued by a team's code; None for whoever is charged at the moment."""
        charged = team or self._stack[-1].team
        self._queries[charged] = self._queries.get(charged, 0) + 1
        self._sql[charged] = self._sql.get(charged, 0.0) + seconds

    def closed(self, owner: TeamName | None) -> Costs:
        """Return the costs up to now; what was charged to the work itself goes to its owner."""
        self._settle()
        itself = owner or NOBODY
        return Costs(
            wall_seconds=_owned(self._wall or {}, itself),
            cpu_seconds=_owned(self._cpu or {}, itself),
            sql_queries={team: int(count) for team, count in _owned(self._queries, itself).items()},
            sql_seconds=_owned(self._sql, itself),
            queue_seconds=self.queue_seconds,
            # Where own times are kept, they add up to it to the last digit.
            seconds=(self._wall_at if self._wall is not None else perf_counter()) - self._began,
        )

    def _settle(self) -> None:
        team = self._stack[-1].team
        if self._wall is not None:
            now = perf_counter()
            self._wall[team] = self._wall.get(team, 0.0) + now - self._wall_at
            self._wall_at = now
        if self._cpu is not None:
            now = thread_time()
            self._cpu[team] = self._cpu.get(team, 0.0) + now - self._cpu_at
            self._cpu_at = now


#: The ledger of the work that is running; None while none is kept.
open_ledger: ContextVar[Ledger | None] = ContextVar("whose_ledger", default=None)


def running_ledger() -> Ledger | None:
    """Return the ledger that the code running here writes to, or None."""
    kept = open_ledger.get()
    return kept if kept is not None and kept.is_here else None


def _is_in_greenlet() -> bool:
    """Tell whether this code runs in a greenlet, as gevent and eventlet switch them, and not in its thread itself."""
    greenlet = sys.modules.get("greenlet")
    return greenlet is not None and greenlet.getcurrent().parent is not None


def _owned(accounts: Mapping[TeamName, float], itself: TeamName) -> dict[TeamName, float]:
    owned: dict[TeamName, float] = {}
    for team, amount in accounts.items():
        name = itself if team == _ITSELF else team
        owned[name] = owned.get(name, 0.0) + amount
    return owned
