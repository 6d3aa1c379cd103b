"""Attributes that are written into one span of OpenTelemetry's SDK after another, and made by it but once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A span takes 128 attributes unless told otherwise; from here on the SDK counts them.
_ROOM = 32
_SDK = "opentelemetry.sdk.trace"


class PreparedAttributes:
    """Some attributes, and what the SDK made of them under some limits.

    ``Span.set_attributes()`` checks and copies each value, which is most of the time that it takes, and puts it into
    the dict of the span's ``BoundedAttributes`` (opentelemetry-sdk, 1.20 and later). What it has made is read there the
    first time, and put there from then on. A span that is of another type, has other limits, is rather full or has
    ended, goes through ``set_attributes()``.
    """

    __slots__ = ("attributes", "kind", "longest", "made", "most")

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.attributes = attributes
        #: The type of spans that it was made for; None while nothing is made.
        self.kind: type | None = None
        self.made: Mapping[str, Any] = {}
        #: The limits under which it was made: of attributes, and of characters in a value.
        self.most: int | None = None
        self.longest: int | None = None

    def write_to(self, span: Any) -> None:
        """Set the attributes of a span."""
        kind = type(span)
        if kind is self.kind:
            bounded = span._attributes
            values = bounded._dict
            if (
                bounded.maxlen == self.most
                and bounded.max_value_len == self.longest
                and len(values) <= _ROOM
                and span._end_time is None
            ):
                with bounded._lock:
                    values.update(self.made)
                return
        self._make_for(span)

    def _make_for(self, span: Any) -> None:
        # A span of somebody else's, around one of the SDK's, may do more when attributes are set.
        bounded = getattr(span, "_attributes", None) if type(span).__module__ == _SDK else None
        values = getattr(bounded, "_dict", None)
        span.set_attributes(self.attributes)
        if bounded is None or not isinstance(values, dict):
            return
        made = {key: values[key] for key in self.attributes if key in values}
        # Where they cannot be found, the SDK keeps them elsewhere; where there is little room, it counts them.
        if len(made) == len(self.attributes) and (bounded.maxlen is None or bounded.maxlen > _ROOM + len(made)):
            self.made, self.most, self.longest = made, bounded.maxlen, bounded.max_value_len
            self.kind = type(span)
