"""Finds views by the URLconfs and routers of Django and by the route decorators of Flask and FastAPI."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from whose.report.entry_points.entry_point import EntryPoint
from whose.report.entry_points.imports import dotted_name, text_of

_DECORATED = re.compile(rb"@[ \t]*[\w.]+\.(?:route|get|post|put|patch|delete|websocket)\([ \t\r\n]*[rf]?[\"']/")
_PATTERNS = frozenset({"path", "re_path", "url"})
_VERBS = frozenset({"route", "get", "post", "put", "patch", "delete", "websocket"})


def may_have_routes(content: bytes) -> bool:
    """Tell whether a file is worth parsing; hardly any file without routes is."""
    return b"urlpatterns" in content or b"Router(" in content or _DECORATED.search(content) is not None


@dataclass(slots=True)
class _Urlconf:
    """The routes of one module, and the modules that it includes under a prefix."""

    entries: list[EntryPoint] = field(default_factory=list)
    includes: list[tuple[str, str]] = field(default_factory=list)


class Routes:
    """Gathers views file by file; their whole routes are known only when all URLconfs have been read."""

    def __init__(self) -> None:
        self._urlconfs: dict[str, _Urlconf] = {}
        self._decorated: list[EntryPoint] = []

    def read(self, tree: ast.Module, *, path: str, module: str, names: Mapping[str, str]) -> None:
        """Take in the views of one file."""
        reader = _Reader(path, module, names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                reader.read_call(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._decorated.extend(reader.decorated(node))
        if reader.urlconf.entries or reader.urlconf.includes:
            self._urlconfs[module] = reader.finished()

    def found(self) -> Iterator[EntryPoint]:
        """Return the views of all files that were read, under every route that leads to them."""
        yield from self._decorated
        included = {module for urlconf in self._urlconfs.values() for _, module in urlconf.includes}
        roots = [module for module in self._urlconfs if module not in included]
        reached: set[str] = set()
        for module in (*roots, *self._urlconfs):
            if module in roots or module not in reached:
                yield from self._below(module, "", reached, around=())

    def _below(self, module: str, prefix: str, reached: set[str], *, around: tuple[str, ...]) -> Iterator[EntryPoint]:
        """Return the views of a URLconf and those that it includes; ``around`` are the ones that include it."""
        urlconf = self._urlconfs.get(module)
        if urlconf is None or module in around:
            return
        reached.add(module)
        for entry in urlconf.entries:
            yield replace(entry, route=prefix + entry.route)
        for inner, following in urlconf.includes:
            yield from self._below(following, prefix + inner, reached, around=(*around, module))


class _Reader:
    """Reads the calls of one module."""

    def __init__(self, path: str, module: str, names: Mapping[str, str]) -> None:
        self.path = path
        self.module = module
        self.names = names
        self.urlconf = _Urlconf()
        #: What each router was given, by the router's name, and under which prefix its patterns are included.
        self._registered: list[tuple[str, EntryPoint]] = []
        self._router_prefixes: dict[str, str] = {}

    def read_call(self, call: ast.Call) -> None:
        """Read ``path(...)`` and ``router.register(...)``."""
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name in _PATTERNS and call.args:
            self._read_pattern(call)
        elif name == "register" and isinstance(function, ast.Attribute) and len(call.args) >= 2:
            prefix, router = text_of(call.args[0]), dotted_name(function.value, {})
            view = self._view(call.args[1])
            if prefix is not None and router is not None and "router" in router.lower() and view is not None:
                route = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
                entry = EntryPoint("view", view, view, self.path, call.lineno, route)
                self._registered.append((router, entry))

    def decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[EntryPoint]:
        """Return the view that ``@app.route("/cart")`` makes of a function."""
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.args:
                route = text_of(decorator.args[0])
                if decorator.func.attr in _VERBS and route is not None and route.startswith("/"):
                    name = f"{self.module}.{node.name}"
                    yield EntryPoint("view", name, name, self.path, node.lineno, route)

    def finished(self) -> _Urlconf:
        """Return the URLconf, with what its routers hold."""
        for router, entry in self._registered:
            prefix = self._router_prefixes.get(router, "")
            self.urlconf.entries.append(replace(entry, route=prefix + entry.route))
        return self.urlconf

    def _read_pattern(self, call: ast.Call) -> None:
        route = _readable(text_of(call.args[0]) or "")
        view = call.args[1] if len(call.args) > 1 else None
        view = next((keyword.value for keyword in call.keywords if keyword.arg == "view"), view)
        if view is None:
            return
        if isinstance(view, ast.Call) and (dotted_name(view.func, {}) or "").rpartition(".")[2] == "include":
            self._read_include(route, view.args[0] if view.args else None)
            return
        name = self._view(view)
        if name is not None and not name.endswith(".urls"):
            self.urlconf.entries.append(EntryPoint("view", name, name, self.path, call.lineno, route))

    def _read_include(self, route: str, what: ast.expr | None) -> None:
        if isinstance(what, ast.Tuple) and what.elts:
            what = what.elts[0]
        name = text_of(what) or (dotted_name(what, self.names) if what is not None else None)
        if name is None:
            return
        if name.endswith(".urls") and isinstance(what, ast.Attribute):
            self._router_prefixes[dotted_name(what.value, {}) or ""] = route
        self.urlconf.includes.append((route, name))

    def _view(self, node: ast.expr) -> str | None:
        """Return the dotted name of a view under ``as_view()`` and decorators."""
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("as_view", "as_api_view"):
                return self._full(node.func.value)
            inner = [found for argument in node.args if (found := self._view(argument)) is not None]
            if inner:
                return inner[-1]
            # login_required()(view), cache_page(60)(view): the view is the last thing handed in.
            return self._view(node.func) if isinstance(node.func, ast.Call) else None
        if isinstance(node, ast.Lambda):
            return f"{self.module}.<lambda>"
        text = text_of(node)
        if text is not None:
            return text if re.fullmatch(r"\w+(\.\w+)+", text) else None
        return self._full(node)

    def _full(self, node: ast.expr) -> str | None:
        name = dotted_name(node, self.names)
        if name is None or "." in name:
            return name
        return f"{self.module}.{name}"


def _readable(route: str) -> str:
    """Return a route without the anchors of a regular expression.

    >>> _readable("^cart/$")
    'cart/'
    """
    return route.removeprefix("^").removesuffix("$")
