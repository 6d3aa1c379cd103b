"""Finds the tasks and views of a repository in its source, without importing any of it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable

from whose.report.entry_points.entry_point import EntryPoint
from whose.report.entry_points.imports import names_of
from whose.report.entry_points.routes import Routes, may_have_routes
from whose.report.entry_points.tasks import Tasks, may_have_tasks

__all__ = ["LARGEST", "EntryPoint", "find_entry_points"]

#: A source file that is larger was not written by a person.
LARGEST = 4_000_000


def find_entry_points(
    sources: Iterable[tuple[str, bytes]], *, module_of: Callable[[str], str | None]
) -> tuple[EntryPoint, ...]:
    """Return the tasks and views that are declared in Python sources, given as path and content, sorted by name.

    Celery's tasks, and those that look like them (Huey, Dramatiq, django-tasks), are told by their decorators, aliases
    of these included; views by the URLconfs and routers of Django and the routes of Flask and FastAPI. What a program
    makes while it runs cannot be seen here. ``module_of`` returns the dotted name under which a path is imported.
    """
    tasks, routes = Tasks(), Routes()
    for path, content in sources:
        has_tasks = may_have_tasks(content)
        has_routes = may_have_routes(content)
        if not (has_tasks or has_routes) or len(content) > LARGEST:
            continue
        tree = _parsed(content)
        module = module_of(path)
        if tree is None or module is None:
            continue
        names = names_of(tree, module=module, is_package=path.endswith("__init__.py"))
        if has_tasks:
            tasks.read(tree, path=path, module=module, names=names)
        if has_routes:
            routes.read(tree, path=path, module=module, names=names)
    return tuple(sorted({*tasks.found(), *routes.found()}, key=lambda entry: (entry.kind, entry.name, entry.route)))


def _parsed(content: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what an old escape sequence deserves, its owner has been told elsewhere
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # Python 2, a template, or nested beyond all sense: no module that could be imported
