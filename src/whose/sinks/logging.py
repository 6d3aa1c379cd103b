"""Puts the owner of the running work into every record of standard logging, and offers a filter that does the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from whose.attribution import Attributor, current, leave_no_frame
from whose.errors import contain
from whose.imitation import imitating
from whose.model import CODE_OWNER, CODE_OWNER_AT_FAULT
from whose.patches import Patches
from whose.runtime import active

#: The fields every record has while ``whose`` is installed, so that a format string may name them; by default names.
ALWAYS = (CODE_OWNER, "code_owner_module", "code_owner_source", CODE_OWNER_AT_FAULT)


#: Up to version 1.32 of its SDK, OpenTelemetry's log handler warns of each field that is None, through this logger: as
#: that warning has such fields too, without end (``_clean_attribute`` in opentelemetry/attributes).
_WARNING_OF_FIELDS = "opentelemetry.attributes"
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


class LoggingSink:
    """Gives every new log record the fields of the attribution, by the log record factory.

    A record made while no work runs has the fields with None as their value. Fields of the user's own (``extra``) that
    have the same names win.
    """

    def __init__(self) -> None:
        self._before: Callable[..., logging.LogRecord] | None = None
        self._factory: Callable[..., logging.LogRecord] | None = None
        self._attributor: Attributor | None = None
        self._keys = _AS_THEY_ARE
        self._patches = Patches()

    def install(self, attributor: Attributor) -> None:
        """Put our log record factory in front of the one in use."""
        self._keys = next((outlet.keys for outlet in attributor.outlets if outlet.sink is self), _AS_THEY_ARE)
        before = self._before = logging.getLogRecordFactory()
        self._attributor = attributor

        def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = before(*args, **kwargs)
            if self._attributor is not None:
                add_owner(record, self._attributor, keys=self._keys)
            return record

        self._factory = factory
        logging.setLogRecordFactory(factory)
        # It refuses an ``extra`` with a field that the factory has given the record already (Logger.makeRecord).
        self._patches.replace(logging.Logger, "makeRecord", self._sparing)
        logging.getLogger(_WARNING_OF_FIELDS).addFilter(self._is_of_another_field)

    def uninstall(self) -> None:
        """Take our factory out; where somebody has put another in front of it, ours stays there and does nothing."""
        self._attributor = None
        self._patches.undo()
        logging.getLogger(_WARNING_OF_FIELDS).removeFilter(self._is_of_another_field)
        if logging.getLogRecordFactory() is self._factory and self._before is not None:
            logging.setLogRecordFactory(self._before)

    def _sparing(self, original: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
        """Return what makes ``Logger.makeRecord`` write over our fields what the user gives under their names."""

        def makeRecord(  # noqa: N802 - stands in for it
            logger: Any,
            name: Any,
            level: Any,
            fn: Any,
            lno: Any,
            msg: Any,
            args: Any,
            exc_info: Any,
            func: Any = None,
            extra: Any = None,
            sinfo: Any = None,
        ) -> logging.LogRecord:
            others, own = (extra, _AS_THEY_ARE) if extra is None else self._split(extra)
            try:
                record = original(logger, name, level, fn, lno, msg, args, exc_info, func, others, sinfo)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            if own:
                vars(record).update(own)
            return record

        ours = makeRecord.__code__
        return imitating(makeRecord, original)

    def _split(self, extra: object) -> tuple[object, Mapping[str, object]]:
        """Return the user's fields but for those that are named as ours, and those; contained."""
        try:
            if isinstance(extra, Mapping):
                named = self._keys.values()
                own = {key: extra[key] for key in extra if str(key).startswith(CODE_OWNER) or key in named}
                if own:
                    return {key: extra[key] for key in extra if key not in own}, own
        except Exception as error:
            contain(error, cause="the sink logging")
        return extra, _AS_THEY_ARE

    def _is_of_another_field(self, record: logging.LogRecord) -> bool:
        """Let a warning pass unless it is that one of our fields is None: it is then left out, as it should be."""
        if not (isinstance(record.args, tuple) and record.args[:1] == ("NoneType",)):
            return True
        return record.args[1] not in {self._keys.get(key, key) for key in ALWAYS}


class CodeOwnerFilter(logging.Filter):
    """A logging filter that adds the owner's fields to the records it sees, for who installs no record factory."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the fields, except those that the record has; let every record pass."""
        runtime = active()
        own = {key: value for key, value in vars(record).items() if value is not None}
        add_owner(record, runtime.attributor, keys=runtime.keys_of("logging"))
        vars(record).update(own)
        return True


def add_owner(record: logging.LogRecord, attributor: Attributor, *, keys: Mapping[str, str]) -> None:
    """Write the owner of the running work, or of the work that the record tells of, into a record; contained.

    ``keys`` are the names that fields have instead of their default names.
    """
    fields = vars(record)
    try:
        for key in ALWAYS:
            fields.setdefault(keys.get(key, key), None)
        attribution = current()
        # A record without a name is about to become a copy of another (logging.makeLogRecord), fields and all.
        if attribution is None and isinstance(record.name, str):
            for read in attributor.record_readers:
                attribution = read(record)
                if attribution is not None:
                    break
        if attribution is not None:
            fields.update((attribution.renamed(keys) if keys else attribution).attributes)
        if record.exc_info and record.exc_info[1] is not None and attribution is not None:
            fault = attributor.resolver.fault_of(record.exc_info[1])
            fields.update((fault.renamed(keys) if keys else fault).attributes)
    except Exception as error:
        contain(error, cause="the sink logging")
