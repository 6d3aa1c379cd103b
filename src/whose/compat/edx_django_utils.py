"""The names that edx-django-utils 8.1 exports for code owners, so that moving over is a changed import path."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

import whose
from whose.attribution import leave_no_frame
from whose.config import CATCH_ALL
from whose.errors import contain
from whose.hosts.django.middleware import CodeOwnerMiddleware
from whose.hosts.django.settings import OPTIONAL_MODULE_PREFIXES
from whose.index import OwnershipIndex, compile_index
from whose.runtime import Runtime, active, install, is_installed

__all__ = [
    "CodeOwnerMonitoringMiddleware",
    "get_code_owner_from_module",
    "set_code_owner_attribute",
    "set_code_owner_attribute_from_module",
]

F = TypeVar("F", bound=Callable[..., Any])

#: The installation that is known to strip the optional prefixes, or to have been given its configuration by hand.
_settled: Runtime | None = None


class CodeOwnerMonitoringMiddleware(CodeOwnerMiddleware):
    """The middleware, for ``MIDDLEWARE`` without anything in ``INSTALLED_APPS``: installs when it is loaded.

    Raises:
        ConfigurationError: with every mistake at once.

    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        _settle()
        super().__init__(get_response)


def get_code_owner_from_module(module: str) -> str | None:
    """Return the name of the team that owns a module by a rule of its own, or None; of ``"*"``, the default owner."""
    if not module:
        return None
    _settle_contained()
    runtime = active()
    index = runtime.index if runtime.config.optional_module_prefixes else _with_optional_prefixes(runtime)
    if module == CATCH_ALL:
        return index.default.team if index.default is not None else None
    team = index.owner_of(runtime.attributor.resolver.subject_of_module(module), with_default=False).team
    return team.name if team is not None else None


def set_code_owner_attribute_from_module(module: str) -> None:
    """Give the work that is running to the owner of a module; never raises."""
    _settle_contained()
    whose.set_code_owner_attribute_from_module(module)


def set_code_owner_attribute(wrapped_function: F) -> F:
    """Decorate a function so that each call of it is work owned by the owner of its module."""
    decorated = whose.set_code_owner_attribute(wrapped_function)
    if inspect.iscoroutinefunction(wrapped_function):

        async def run_async(*args: Any, **kwargs: Any) -> Any:
            _settle_contained()
            try:
                return await decorated(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, run_async.__code__)
                raise

        return cast("F", functools.wraps(wrapped_function)(run_async))

    def run(*args: Any, **kwargs: Any) -> Any:
        _settle_contained()
        try:
            return decorated(*args, **kwargs)
        except Exception as error:
            leave_no_frame(error, run.__code__)
            raise

    return cast("F", functools.wraps(wrapped_function)(run))


def _settle() -> None:
    """Install where nothing is installed, and anew where the optional prefixes are not stripped yet.

    Importing this module is what turns them on (hosts/django/settings.py); an installation may be older than that. One
    that was given its configuration by hand stays as it is.
    """
    global _settled
    if _settled is active() and is_installed():
        return
    if not is_installed() or not active().config.optional_module_prefixes:
        install()
    _settled = active()


def _settle_contained() -> None:
    if _settled is not None and _settled is active():
        return
    try:
        _settle()
    except Exception as error:
        contain(error, cause="installing for code that came from edx-django-utils")


@functools.lru_cache(maxsize=1)
def _with_optional_prefixes(runtime: Runtime) -> OwnershipIndex:
    return compile_index(replace(runtime.config, optional_module_prefixes=OPTIONAL_MODULE_PREFIXES))
