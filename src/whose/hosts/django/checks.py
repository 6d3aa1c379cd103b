"""Django's system checks of the configuration, the rules and the place of the middleware."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name for it
from django.utils.module_loading import import_string

from whose.errors import ConfigurationError
from whose.hosts.django import startup
from whose.hosts.django.middleware import CodeOwnerMiddleware
from whose.runtime import active

#: What has to come before us, since it opens the span that we write on.
_OPENS_SPAN = "opentelemetry"
#: What agents put first; it may.
_OF_AGENTS = (
    _OPENS_SPAN,
    "ddtrace",
    "django_prometheus",
    "elasticapm",
    "logfire",
    "newrelic",
    "scout_apm",
    "sentry_sdk",
)
_OURS = "whose.hosts.django.CodeOwnerMiddleware"


def check_code_owners(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the configuration, and what would leave requests without an owner."""
    return [*_mistakes(), *_misplacements(list(settings.MIDDLEWARE)), *_missing_rules()]


def _mistakes() -> list[CheckMessage]:
    failure = startup.failure()
    if isinstance(failure, ConfigurationError):
        return [
            Error(f"{problem.place}: {problem.message}", hint=problem.mend, id="whose.E001")
            for problem in failure.problems
        ]
    return [Error(str(failure), id="whose.E002")] if failure is not None else []


def _misplacements(middleware: Sequence[str]) -> list[CheckMessage]:
    place = next((number for number, path in enumerate(middleware) if _is_ours(path)), None)
    if place is None:
        message = "MIDDLEWARE does not have the middleware that attributes requests"
        return [Warning(message, hint=f"put {_OURS!r} first", id="whose.W001")]
    found: list[CheckMessage] = []
    before = next((path for path in middleware[:place] if not path.startswith(_OF_AGENTS)), None)
    if before is not None:
        message = f"{before} stands before {middleware[place]}: requests that it answers get no owner"
        found.append(Warning(message, hint=f"put {middleware[place]!r} first in MIDDLEWARE", id="whose.W002"))
    behind = next((path for path in middleware[place:] if path.startswith(_OPENS_SPAN)), None)
    if behind is not None:
        message = f"{behind} stands behind {middleware[place]}: its span is gone when no view has served a request"
        found.append(Warning(message, hint=f"put {behind!r} before {middleware[place]!r}", id="whose.W002"))
    return found


def _is_ours(path: str) -> bool:
    try:
        found = import_string(path)
    except ImportError:
        return False  # Django itself says so when it loads the middleware
    return isinstance(found, type) and issubclass(found, CodeOwnerMiddleware)


def _missing_rules() -> list[CheckMessage]:
    if startup.failure() is not None or active().config.has_rules:
        return []
    message = "no rule says who owns any code, so every request and task is unowned"
    hint = "set CODE_OWNER_MAPPINGS, or write [tool.whose.mappings] into pyproject.toml"
    return [Warning(message, hint=hint, id="whose.W003")]
