"""The options that several commands share, and the repository that they are asked about."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from whose.errors import WhoseError

F = TypeVar("F", bound=Callable[..., Any])


def _enter(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is None or ctx.resilient_parsing:
        return
    before = Path.cwd()
    try:
        os.chdir(value)
    except OSError as error:
        raise click.BadParameter(f"{value}: {error.strerror}; name the folder of a repository") from error
    ctx.call_on_close(lambda: os.chdir(before))


def asks_repository(function: F) -> F:
    """Add the options of a command that answers about a repository: ``-C`` and ``--json``."""
    directory = click.option(
        "-C",
        "directory",
        metavar="FOLDER",
        callback=_enter,
        is_eager=True,
        expose_value=False,
        help="Work as if started in this folder.",
    )
    as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document and nothing else.")
    return directory(as_json(function))


def starts_project(function: F) -> F:
    """Add the options that tell how to start the project, for URLs and tasks."""
    online = click.option(
        "--online", is_flag=True, help="Let the project open connections while it starts; its agents keep still anyway."
    )
    settings = click.option("--settings", metavar="MODULE", help="Django settings to start the project with.")
    app = click.option("--app", metavar="APP", help="Celery app to ask for tasks, such as shop.celery:app.")
    return settings(app(online(function)))


def print_json(document: object) -> None:
    """Print a JSON document, in characters that every terminal and pipe takes."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def relative_to_root(path: str, root: Path) -> str:
    """Return the path that a user means, relative to the repository.

    Raises:
        WhoseError: it lies outside the repository.

    """
    whole = os.path.abspath(path)
    for top, inside in ((os.path.abspath(root), whole), (os.path.realpath(root), os.path.realpath(whole))):
        if inside == top:
            return ""
        if inside.startswith(top + os.sep):
            slash = "/" if path.endswith(("/", os.sep)) or os.path.isdir(whole) else ""
            return inside[len(top) + 1 :].replace(os.sep, "/") + slash
    raise WhoseError(f"{path}: it lies outside the repository {root}; use -C to ask about another one")
