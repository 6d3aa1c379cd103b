"""Installs whose into a program that does not know of it, when the program imports Celery or has set Django up."""

from __future__ import annotations

import sys

from whose.imports import ImportWatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

OURS = "whose.hosts.django.CodeOwnerMiddleware"
#: Either of them gives requests their owner.
_MIDDLEWARE = (OURS, "whose.compat.edx_django_utils.CodeOwnerMonitoringMiddleware")
#: That of OpenTelemetry, which its instrumentation puts into the settings before Django is set up.
_OPENING = "opentelemetry.instrumentation.django.middleware.otel_middleware._DjangoMiddleware"


def watch_imports() -> None:
    """Wait for the modules in which Celery and Django begin; nothing is imported before the program does.

    Calling it again changes nothing.
    """
    if _watch not in sys.meta_path:
        _watch.begin()


def _celery_is_here(_: ModuleType) -> None:
    from whose.bootstrap.installing import install_at_import

    install_at_import()


def _agent_is_here(_: ModuleType) -> None:
    """Write to an agent too that the program loads when Celery or Django is there already."""
    runtime = sys.modules.get("whose.runtime")
    if runtime is not None and runtime.is_installed():
        from whose.bootstrap.installing import install_at_import

        install_at_import()


def _registry_is_here(registry: Any) -> None:
    """Have Django tell when it is set up: ``Apps.populate`` is the last step of ``django.setup()`` (Django 4.2 on)."""
    import functools

    original = registry.Apps.populate

    @functools.wraps(original)
    def populate(self: Any, installed_apps: Any = None) -> Any:
        was_ready = self.ready
        result = original(self, installed_apps)
        if self is registry.apps and self.ready and not was_ready:
            from whose.bootstrap.installing import install_at_setup

            install_at_setup(_add_middleware)
        return result

    registry.Apps.populate = populate


def _add_middleware() -> None:
    """Put our middleware first, in memory, unless the settings have it; behind one that opens the request's span.

    In front of it, a request that no view serves would get its owner when its span has ended.
    """
    from django.conf import settings

    middleware = list(settings.MIDDLEWARE)
    if not any(name in middleware for name in _MIDDLEWARE):
        place = middleware.index(_OPENING) + 1 if _OPENING in middleware else 0
        settings.MIDDLEWARE = [*middleware[:place], OURS, *middleware[place:]]


#: Of the agents that programs start in their own code.
_AGENTS = ("sentry_sdk", "elasticapm", "ddtrace", "newrelic.api.transaction", "prometheus_client")
_watch = ImportWatch(
    {
        **dict.fromkeys(_AGENTS, _agent_is_here),
        # The package whose last import is that of the class Celery, and which nothing but a use of Celery loads.
        "celery.app": _celery_is_here,
        "django.apps.registry": _registry_is_here,
    }
)
