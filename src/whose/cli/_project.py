"""Starts the project that a question is about, so that its URLs and tasks can be looked up; runs and sends nothing."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from whose.attribution import Attributor
from whose.cli._silence import OfflineError, keep_still, refuse_connections
from whose.errors import WhoseError
from whose.model import Ownership
from whose.repository import Repository, repository_of
from whose.resolver import Resolver
from whose.runtime import configured

T = TypeVar("T")

SETTINGS = "DJANGO_SETTINGS_MODULE"
_IN_MANAGE_PY = re.compile(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)['\"]")


class ProjectError(WhoseError):
    """Raised when the project cannot be started, or does not have what was asked for."""


@dataclass(frozen=True, slots=True)
class _Started:
    """What a started project is asked with."""

    repository: Repository
    attributor: Attributor


class Project:
    """The project of the working directory; started when it is first asked something."""

    def __init__(self, *, settings: str | None = None, app: str | None = None, online: bool = False) -> None:
        self._settings = settings
        self._app_name = app
        self._is_online = online
        self._started: _Started | None = None
        self._views: Any = None

    @property
    def settings(self) -> str | None:
        """Return the Django settings to start with: those that were named, the environment's, or manage.py's."""
        return self._settings or os.environ.get(SETTINGS) or _settings_in_manage_py()

    @property
    def can_start(self) -> bool:
        """Tell whether it is known how to start the project."""
        return bool(self._app_name or self.settings)

    def repository(self) -> Repository:
        """Return the repository with the rules that the project's settings hold, too."""
        return self._start().repository

    def owner_of_url(self, url: str) -> tuple[Ownership, str] | None:
        """Return the Ownership of the view that serves a URL, and the view's name; None where no view does.

        Raises:
            ProjectError: the project cannot be started.

        """
        attributor = self._start().attributor
        if not self.settings:
            raise ProjectError(f"{url}: whose view serves it, only Django can tell; name its settings: --settings")
        path = urlsplit(url).path if "://" in url else url.partition("?")[0]
        found = _contained(f"looking up {url}", lambda: _resolved(path))
        if found is None:
            return None
        from whose.hosts.django.views import ViewOwners

        if self._views is None:
            self._views = ViewOwners(attributor, kind="request")
        entrance = self._views.entrance(found.func, SimpleNamespace(resolver_match=found))
        return entrance.ownership, entrance.work.name

    def owner_of_task(self, name: str) -> tuple[Ownership, str] | None:
        """Return the Ownership of a task by its name, or the end of it, and the whole name; None if there is none.

        Raises:
            ProjectError: the project cannot be started, or several tasks have a name that ends so.

        """
        attributor = self._start().attributor
        app = _contained("loading the tasks", lambda: _celery_app(self._app_name))
        matches = [known for known in app.tasks if known == name] or [
            known for known in app.tasks if known.endswith(f".{name}")
        ]
        if len(matches) > 1:
            raise ProjectError(f"{name}: several tasks are called so: {', '.join(sorted(matches))}; write one in full")
        if not matches:
            return None
        return attributor.resolver.owner_of_entry(app.tasks[matches[0]], task=matches[0]), matches[0]

    def _start(self) -> _Started:
        if self._started is None:
            if not self.can_start:
                raise ProjectError(
                    "URLs and tasks are known only to the project itself: name its Django settings (--settings, or "
                    f"{SETTINGS}) or its Celery app (--app)"
                )
            keep_still()
            if not self._is_online:
                refuse_connections()
            for folder in (str(Path.cwd()), *_folders_above_manage_py()):
                if folder not in sys.path:
                    sys.path.insert(0, folder)
            settings = self.settings
            if settings:
                os.environ[SETTINGS] = settings
                _contained(f"starting Django with the settings {settings!r}", _set_up_django)
            if self._app_name:
                _contained(f"loading the Celery app {self._app_name!r}", lambda: _celery_app(self._app_name))
            config = configured()
            self._started = _Started(repository_of(config), Attributor(Resolver.of(config)))
        return self._started


def _folders_above_manage_py() -> list[str]:
    """Return the folders from which ``manage.py`` would import, as Python puts a script's own folder on its path."""
    return [str(file.parent) for file in (Path.cwd() / "manage.py", Path.cwd() / "src" / "manage.py") if file.is_file()]


def _settings_in_manage_py() -> str | None:
    for folder in _folders_above_manage_py():
        found = _IN_MANAGE_PY.search(Path(folder, "manage.py").read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[1]
    return None


def _set_up_django() -> None:
    import django

    django.setup()


def _resolved(path: str) -> Any | None:
    from django.urls import Resolver404, resolve

    try:
        return resolve(path)
    except Resolver404:
        return None


def _celery_app(name: str | None) -> Any:
    from celery import current_app
    from celery.app.utils import find_app

    app = find_app(name) if name else current_app
    app.loader.import_default_modules()
    return app


def _contained(what: str, do: Callable[[], T]) -> T:
    """Do something in the project's code, whose output goes where it is in nobody's way, and name what fails."""
    try:
        with _quiet():
            return do()
    except OfflineError as error:
        raise ProjectError(f"{what} failed: {error}") from error
    except WhoseError:
        raise
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        hint = (
            f"; install whose where the project is installed: {library} is missing here"
            if library in ("django", "celery")
            else ""
        )
        raise ProjectError(f"{what} failed: {error}{hint}") from error
    except (Exception, SystemExit) as error:
        raise ProjectError(f"{what} failed: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(sys.stderr):
        yield
