"""Finds who owns the code that serves, given the view that Django resolved; each view is looked into once."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from whose.attribution import Attributor
from whose.config import DEFAULT
from whose.entrances import INHERITING, Entrance
from whose.errors import contain
from whose.hosts.django.proxies import bare
from whose.hosts.django.urlconfs import Urlconfs
from whose.index import Subject
from whose.model import UNKNOWN, Attribution, Ownership
from whose.resolver.fault import installed_roots
from whose.resolver.unwrapping import code_behind

#: Why a request has the owner that it has, where it is not the owner of the view's own code.
MODEL = "model_of_admin"
URLCONF = "urlconf_of_view"

_FRAMEWORKS = frozenset({"django", "rest_framework"})
_INSTALLED = (*installed_roots(),)
_INSTALLED_PARTS = ("/site-packages/", "/dist-packages/")
#: A view has few routes; more are made by a program that makes URL patterns while it runs.
_MOST_ROUTES = 256
#: Views that cannot be referenced weakly are kept up to this number.
_MOST_KEPT = 1_024


@dataclass(slots=True)
class KnownView:
    """What was found out about one view."""

    #: Returns the view, or None once it is gone; its id may then be another's.
    view: Callable[[], object]
    #: Where its own code decides, the entrance of it, whatever the route.
    entrance: Entrance | None = None
    #: The attribution of a request through that entrance, which nobody known asked for.
    usual: Attribution | None = None
    by_route: dict[tuple[object, str], Entrance] = field(default_factory=dict)


class ViewOwners:
    """Keeps the entrance of every view for as long as the view lives."""

    def __init__(self, attributor: Attributor, *, kind: str, has_usual: bool = True) -> None:
        #: By the id of the view, for a look-up costs less than by the view; whoever reads it compares ``view()``.
        self.known: dict[int, KnownView] = {}
        self._attributor = attributor
        self._kind = kind
        self._has_usual = has_usual
        self._urlconfs = Urlconfs()
        self._kept = 0

    def entrance(self, view: Any, request: Any) -> Entrance:
        """Return the entrance through which a request reaches a view."""
        # New Relic's agent puts a new proxy around the view for each request (hooks/framework_django.py).
        view = bare(view)
        known = self.known.get(id(view))
        if known is None or known.view() is not view:
            known = self._learn(view)
        if known.entrance is not None:
            return known.entrance
        route = getattr(getattr(request, "resolver_match", None), "route", None) or ""
        urlconf = getattr(request, "urlconf", None)
        entrance = known.by_route.get((urlconf, route))
        if entrance is None:
            if len(known.by_route) >= _MOST_ROUTES:
                known.by_route.clear()
            ownership = self._contained(lambda: self._owner_by_route(view, urlconf, route))
            entrance = known.by_route[urlconf, route] = self._made(view, ownership)
        return entrance

    def owner_of(self, thing: object) -> Ownership | None:
        """Return the Ownership of a view by the rules for requests, under its first route.

        None where the view's own code decides, and for what is no view.
        """
        if isinstance(thing, type) or not callable(thing):
            return None
        view = bare(thing)
        own = self._attributor.resolver.owner_of_entry(view)
        if is_claimed(own) or (is_of_program(own) and not self._attributor.resolver.index.needs_names):
            return None
        route = self._urlconfs.first_route_of(view)
        return self._owner_by_route(view, None, route) if route is not None else None

    def _learn(self, view: Any) -> KnownView:
        known = KnownView(self._reference(view))
        own = self._contained(lambda: self._attributor.resolver.owner_of_entry(view))
        if is_claimed(own) or (is_of_program(own) and not self._attributor.resolver.index.needs_names):
            known.entrance = self._made(view, own)
            known.usual = known.entrance.attribution(None) if self._has_usual else None
        self.known[id(view)] = known
        return known

    def _reference(self, view: Any) -> Callable[[], object]:
        """Return what gives the view back without keeping it alive: a view may be made for one request only."""
        key = id(view)
        try:
            return weakref.ref(view, lambda _: self.known.pop(key, None))
        except TypeError:
            self._kept += 1
            if self._kept > _MOST_KEPT:
                self._kept = 0
                self.known.clear()
            return lambda: view

    def _made(self, view: Any, ownership: Ownership) -> Entrance:
        return self._attributor.entrance(None, kind=self._kind, name=name_of(view), ownership=ownership)

    def _contained(self, find: Callable[[], Ownership]) -> Ownership:
        try:
            return find()
        except Exception as error:
            contain(error, cause="finding the owner of a view")
            return UNKNOWN

    def _owner_by_route(self, view: Any, urlconf: object, route: str) -> Ownership:
        """Return the Ownership of a view whose own code no rule claims; the last to be asked are rules about URLs."""
        found = self._owner_by_use(view, urlconf, route)
        if is_claimed(found):
            return found
        by_url = self._attributor.resolver.index.owner_of(Subject(url=f"/{route}"), with_default=False)
        return replace(by_url, module=found.module, reason=found.reason) if is_claimed(by_url) else found

    def _owner_by_use(self, view: Any, urlconf: object, route: str) -> Ownership:
        """Return the Ownership of a view whose own code no rule claims, judged by what it is used for.

        Code of the program's own stays without an owner of its own, so that the gap is seen. Code of Django or a third
        party works for who uses it: a ``ModelAdmin`` for the app of its model, other views for their URLconf.
        """
        resolver = self._attributor.resolver
        own = resolver.owner_of_entry(view)
        if is_of_program(own):
            return own
        model = getattr(getattr(view, "model_admin", None), "model", None)
        if isinstance(model, type):
            of_model = resolver.owner_of(model)
            if is_claimed(of_model) or not is_installed(of_model.module):
                return replace(of_model, reason=MODEL)
        module = self._urlconfs.module_of(view, urlconf, route)
        if module is None or module.partition(".")[0] == (own.module or "").partition(".")[0]:
            return own
        of_urlconf = resolver.owner_of_module(module)
        return replace(of_urlconf, reason=URLCONF) if is_claimed(of_urlconf) or not is_installed(module) else own


def is_claimed(ownership: Ownership) -> bool:
    """Tell whether a rule names this code, be it for a team or as unowned on purpose; the default does not count."""
    return ownership.rule is not None and ownership.rule.source != DEFAULT


def is_of_program(ownership: Ownership) -> bool:
    """Tell whether code works for itself and not for who uses it, as shared code, Django's and third parties' does."""
    return ownership.reason not in INHERITING and not is_installed(ownership.module)


def is_installed(module: str | None) -> bool:
    """Tell whether a module is the standard library's or an installed package's, and not the program's own."""
    if module is None or module.partition(".")[0] in _FRAMEWORKS:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if not isinstance(file, str):
        return module.partition(".")[0] in sys.stdlib_module_names
    return file.startswith(_INSTALLED) or any(part in file for part in _INSTALLED_PARTS)


def name_of(view: Any) -> str:
    """Return the dotted name of the code that serves behind a view."""
    try:
        found = code_behind(view)
        name = getattr(found.thing, "__qualname__", None) or type(found.thing).__qualname__
    except Exception as error:
        contain(error, cause="naming a view")
        return "view"
    return f"{found.module}.{name}"
