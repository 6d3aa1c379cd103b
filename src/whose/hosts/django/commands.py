"""Management commands: each that somebody owns is a work, from its start to its end."""

from __future__ import annotations

import functools
from typing import Any

from whose.attribution import Attributor, leave_no_frame
from whose.patches import Patches

KIND = "command"


def attribute_commands(attributor: Attributor, patches: Patches) -> None:
    """Wrap ``BaseCommand.execute``, which ``manage.py`` and ``call_command`` both go through; Django 4.2 and later.

    Commands that no rule names, Django's own among them, pass untouched: ``runserver`` is no work, its requests are.
    """
    from django.core.management.base import BaseCommand

    def executing(original: Any) -> Any:
        attributed: dict[type, Any] = {}

        def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
            kind = type(self)
            run = attributed.get(kind)
            if run is None:
                run = original
                if attributor.resolver.is_claimed(kind):
                    name = kind.__module__.rpartition(".")[2]
                    run = attributor.attributed(original, attributor.entrance(kind, kind=KIND, name=name))
                attributed[kind] = run
            try:
                return run(self, *args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise

        ours = execute.__code__
        return functools.wraps(original)(execute)

    patches.replace(BaseCommand, "execute", executing)
