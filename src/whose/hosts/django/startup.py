"""Installs at Django's start-up; a mistake in the configuration is kept for the system checks, or raised at once."""

from __future__ import annotations

import sys
from types import FrameType

from whose.errors import WhoseError, logger
from whose.libraries import library_of
from whose.runtime import install

_failure: WhoseError | None = None


def start() -> None:
    """Install everything, as ``ready()`` of the app does.

    Under a management command the failure is kept: the command's system checks show it, and the middleware raises it
    if requests are to be served all the same. Anywhere else, as in a web server or a Celery worker, nobody would run
    the checks, so it is raised here.

    Raises:
        ConfigurationError: with every mistake at once, outside management commands.
        MissingExtraError: a sink that was asked for needs a library that is not installed, or Django itself is too old;
            outside management commands.

    """
    global _failure
    _failure = None
    try:
        django = library_of("django")
        if django is not None:
            django.refuse_outdated(wanted="the app 'whose.hosts.django'")
        install()
    except WhoseError as error:
        if not _is_run_by_a_command():
            raise
        _failure = error
        logger.error("whose is not installed, so nothing is attributed; the system checks say why")


def failure() -> WhoseError | None:
    """Return why nothing is installed, or None."""
    return _failure


def raise_failure() -> None:
    """Raise what kept us from installing, if anything did."""
    if _failure is not None:
        raise _failure


def _is_run_by_a_command() -> bool:
    """Tell whether Django is being set up by ``execute_from_command_line`` (django/core/management/__init__.py)."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "execute" and frame.f_globals.get("__name__") == "django.core.management":
            return True
        frame = frame.f_back
    return False
