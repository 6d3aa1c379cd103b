"""Installs whose into a program that does not know of it, when the program imports Celery or has set Django up."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from whose.runtime import install_what_is_loaded

OURS = "whose.hosts.django.CodeOwnerMiddleware"
#: Either of them gives requests their owner.
_MIDDLEWARE = (OURS, "whose.compat.edx_django_utils.CodeOwnerMonitoringMiddleware")


def watch_imports() -> None:
    """Wait for the modules in which Celery and Django begin; nothing is imported before the program does.

    Calling it again changes nothing.
    """
    if any(isinstance(finder, _Watcher) for finder in sys.meta_path):
        return
    watcher = _Watcher()
    sys.meta_path.insert(0, watcher)
    for name, callback in _CALLBACKS.items():
        module = sys.modules.get(name)
        if module is not None:
            watcher.waiting.pop(name, None)
            callback(module)


class _Watcher(MetaPathFinder):
    """Finds nothing itself; has what others find tell us once it has run."""

    def __init__(self) -> None:
        self.waiting = dict(_CALLBACKS)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        callback = self.waiting.pop(fullname, None)
        if callback is None:
            return None
        # We are out of the way now, so this asks the finders after us.
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, callback)
        return spec


class _Telling(Loader):
    """Loads a module as its own loader does, and then tells of it."""

    def __init__(self, loader: Loader, callback: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._callback = callback

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._callback(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _celery_is_here(_: ModuleType) -> None:
    install_what_is_loaded()


def _registry_is_here(registry: Any) -> None:
    """Have Django tell when it is set up: ``Apps.populate`` is the last step of ``django.setup()`` (Django 4.2 on)."""
    original = registry.Apps.populate

    @functools.wraps(original)
    def populate(self: Any, installed_apps: Any = None) -> Any:
        was_ready = self.ready
        result = original(self, installed_apps)
        if self is registry.apps and self.ready and not was_ready:
            _add_middleware()
            install_what_is_loaded()
        return result

    registry.Apps.populate = populate


def _add_middleware() -> None:
    """Put our middleware first, in memory, unless the settings have it."""
    from django.conf import settings

    middleware = list(settings.MIDDLEWARE)
    if not any(name in middleware for name in _MIDDLEWARE):
        settings.MIDDLEWARE = [OURS, *middleware]


_CALLBACKS: dict[str, Callable[[ModuleType], None]] = {
    # The package whose last import is that of the class Celery, and which nothing but a use of Celery loads.
    "celery.app": _celery_is_here,
    "django.apps.registry": _registry_is_here,
}
