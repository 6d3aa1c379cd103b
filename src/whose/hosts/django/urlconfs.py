"""Knows in which URLconf's module each view stands, for views that are not of the program's own making."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from whose.errors import contain
from whose.hosts.django.proxies import bare

#: More URLconfs than a program has; a program that makes them for each request must not fill the memory.
_MOST_URLCONFS = 64


class Urlconfs:
    """Walks each URLconf once, when first asked about it."""

    def __init__(self) -> None:
        self._places: dict[object, dict[int, _Places]] = {}

    def module_of(self, view: Any, urlconf: object, route: str) -> str | None:
        """Return the name of the URLconf's module in which a view stands under a route; None where it stands in none.

        ``urlconf`` is the request's own, or None for ``ROOT_URLCONF``; ``route`` is ``resolver_match.route``.
        """
        places = self._places_of(view, urlconf)
        if places is None:
            return None
        return places.by_route.get(route) or places.first

    def first_route_of(self, view: Any) -> str | None:
        """Return the first route under which a view stands in ``ROOT_URLCONF``.

        None where it stands nowhere, and before that URLconf has been imported: a resolver that is asked meanwhile
        keeps the half of the patterns that it finds (``URLResolver.url_patterns``, django/urls/resolvers.py).
        """
        from django.conf import settings

        name = getattr(settings, "ROOT_URLCONF", None)
        module = sys.modules.get(name) if isinstance(name, str) else None
        if module is None or getattr(module.__spec__, "_initializing", False):
            return None
        places = self._places_of(view, None)
        return next(iter(places.by_route)) if places is not None else None

    def _places_of(self, view: Any, urlconf: object) -> _Places | None:
        if urlconf not in self._places:
            if len(self._places) >= _MOST_URLCONFS:
                self._places.clear()
            self._places[urlconf] = _walked(urlconf)
        return self._places[urlconf].get(id(view))


class _Places:
    """Where one view stands. A route is written anew in each language, so the first place answers for those unknown."""

    __slots__ = ("by_route", "first", "view")

    def __init__(self, view: object, first: str) -> None:
        self.view = view  # kept, so that its id stays its
        self.first = first
        self.by_route: dict[str, str] = {}


def _walked(urlconf: object) -> dict[int, _Places]:
    from django.urls import get_resolver

    found: dict[int, _Places] = {}
    try:
        root = get_resolver(urlconf)
        for view, route, module in _views(root, (_module_of(root, str(urlconf)),), ""):
            found.setdefault(id(view), _Places(view, module)).by_route.setdefault(route, module)
    except Exception as error:
        contain(error, cause="walking the URLconf")
    return found


def _views(resolver: Any, modules: tuple[str, ...], route: str) -> Iterator[tuple[Any, str, str]]:
    """Return view, route and module of every pattern; ``modules`` are those on the way here, the innermost last."""
    for pattern in resolver.url_patterns:
        whole = _joined(route, str(pattern.pattern))
        if not hasattr(pattern, "url_patterns"):
            yield bare(pattern.callback), whole, modules[-1]
            continue
        is_list = not isinstance(pattern.urlconf_module, ModuleType)
        module = _module_of(pattern, modules[-1])
        # A URLconf may include itself.
        if is_list or module not in modules:
            yield from _views(pattern, (*modules, module), whole)


def _module_of(resolver: Any, around: str) -> str:
    """Return the module of a resolver's patterns; of a list, as ``include([...])`` takes it, the module around."""
    urlconf = resolver.urlconf_module
    return urlconf.__name__ if isinstance(urlconf, ModuleType) else around


def _joined(before: str, after: str) -> str:
    """Join two routes as ``URLResolver._join_route`` does (django/urls/resolvers.py)."""
    return before + after.removeprefix("^") if before else after
