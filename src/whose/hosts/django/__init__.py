"""Django: every request belongs to the team that owns the code that serves it; an app and a middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whose.hosts.django.middleware import CodeOwnerMiddleware

__all__ = ["CodeOwnerMiddleware"]


def __getattr__(name: str) -> object:
    # The host is looked for in programs without Django too; only who asks for the middleware gets Django imported.
    if name == "CodeOwnerMiddleware":
        from whose.hosts.django.middleware import CodeOwnerMiddleware

        return CodeOwnerMiddleware
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
