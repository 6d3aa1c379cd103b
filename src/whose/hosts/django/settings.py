"""Reads what Django's settings say about code owners, under the names that edx-django-utils gave them and our own."""

from __future__ import annotations

import sys
from typing import Any

from whose.config import Place
from whose.errors import ConfigurationError, Problem

#: The setting that holds a dict with the keys of ``[tool.whose]``.
OURS = "WHOSE"
#: The settings of edx-django-utils 8.1, by the keys that they stand for here.
OF_EDX = {"mappings": "CODE_OWNER_MAPPINGS", "themes": "CODE_OWNER_THEMES"}

COMPATIBILITY = "whose.compat.edx_django_utils"
#: The prefixes that edx-django-utils 8.1 strips (code_owner/utils.py, ``_OPTIONAL_MODULE_PREFIX_PATTERN``).
OPTIONAL_MODULE_PREFIXES = ("lms.djangoapps", "common.djangoapps", "openedx.core.djangoapps")


def settings_in_use() -> Any | None:
    """Return Django's settings where the program has set Django up; None where it has not, without importing Django."""
    module = sys.modules.get("django.conf")
    settings = getattr(module, "settings", None)
    return settings if settings is not None and settings.configured else None


def places_of(settings: Any) -> list[Place]:
    """Return the places in Django's settings that configure us, most important first.

    Raises:
        ConfigurationError: the setting ``WHOSE`` is not a dict.

    """
    places = []
    ours = getattr(settings, OURS, None)
    if ours is not None:
        name = f"settings.{OURS}"
        if not isinstance(ours, dict):
            problem = Problem(name, f"is a {type(ours).__name__}", "write a dict with the keys of [tool.whose]")
            raise ConfigurationError([problem])
        places.append(Place(name, ours))
    of_edx = {key: value for key, name in OF_EDX.items() if (value := getattr(settings, name, None)) is not None}
    if of_edx:
        places.append(Place("settings", of_edx, aliases=OF_EDX))
    if COMPATIBILITY in sys.modules or any(_is_of_compatibility(path) for path in settings.MIDDLEWARE):
        places.append(Place(COMPATIBILITY, {"optional_module_prefixes": list(OPTIONAL_MODULE_PREFIXES)}))
    return places


def _is_of_compatibility(path: object) -> bool:
    return isinstance(path, str) and path.startswith(f"{COMPATIBILITY}.")
