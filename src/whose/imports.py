"""Tells when a module has been imported, and imports none itself, for adapters to libraries that may turn up late."""

from __future__ import annotations

# This runs in programs before their first line: nothing is imported that an interpreter does not bring along.
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    Callback = Callable[[ModuleType], None]


class ImportWatch:
    """Calls each callback once, with its module, when that module has run; at the beginning for those that have.

    A finder on ``sys.meta_path`` that finds nothing itself: what others find is loaded by their own loader, which then
    tells us. An exception of a callback leaves through the ``import`` statement.
    """

    def __init__(self, callbacks: Mapping[str, Callback]) -> None:
        self._callbacks = dict(callbacks)
        self._waiting: dict[str, Callback] = {}
        #: Which thread is asking the other finders for which module.
        self._asking: set[tuple[int, str]] = set()

    def begin(self) -> None:
        """Wait from now on."""
        self._waiting = dict(self._callbacks)
        sys.meta_path.insert(0, self)
        for name in self._callbacks:
            module = sys.modules.get(name)
            if module is not None:
                self._tell(name, module)

    def end(self) -> None:
        """Wait no longer."""
        self._waiting.clear()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find, with a loader that tells us."""
        asking = get_ident(), fullname
        if fullname not in self._waiting or asking in self._asking:
            return None
        self._asking.add(asking)
        try:
            spec = self._found_by_others(fullname, path, target)
        finally:
            self._asking.discard(asking)
        # Who only asks whether there is such a module gets this spec too, so we go on waiting.
        if spec is not None and spec.loader is not None:
            spec.loader = _TellingLoader(spec.loader, lambda module: self._tell(fullname, module))  # type: ignore[assignment]
        return spec

    def _found_by_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            find_spec = getattr(finder, "find_spec", None)
            if finder is not self and find_spec is not None:
                spec: ModuleSpec | None = find_spec(fullname, path, target)
                if spec is not None:
                    return spec
        return None

    def _tell(self, name: str, module: ModuleType) -> None:
        callback = self._waiting.pop(name, None)
        if callback is not None:
            callback(module)


class _TellingLoader:
    """Loads a module as its own loader does, and then tells of it."""

    def __init__(self, loader: Any, tell: Callback) -> None:
        self._loader = loader
        self._tell = tell

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._tell(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
