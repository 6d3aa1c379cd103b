"""Installs whose into a program that has begun to use a framework, or ends the program that is misconfigured."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from whose.errors import WhoseError, contain
from whose.runtime import install_what_is_loaded, is_installed

#: No other code would do: gunicorn gives a worker up for 3 and 4 alone (gunicorn/arbiter.py, APP_LOAD_ERROR) and starts
#: it over and over for any other; Django's autoreloader starts its child again for 3 (django/utils/autoreload.py).
MISCONFIGURED = 4


def install_at_import() -> None:
    """Install for a framework that was imported.

    Raises:
        SystemExit: the configuration is wrong, in a program that nothing was installed in; one that runs goes on.

    """
    _install(goes_on=is_installed())


def install_at_setup(change_settings: Callable[[], None]) -> None:
    """Install for a framework that is set up, which may have brought settings of ours along.

    Raises:
        SystemExit: the configuration is wrong.

    """
    try:
        change_settings()
    except Exception as error:
        contain(error, cause="changing the settings of a program")
    _install(goes_on=False)


def _install(*, goes_on: bool) -> None:
    try:
        install_what_is_loaded()
    except WhoseError as error:
        if goes_on:
            contain(error, cause="installing into a program that runs")
            return
        # Not raised: the mistake would be the last line of a traceback through an import of somebody else's.
        print(f"whose: {error}", file=sys.stderr, flush=True)
        if _is_starting():
            # An interpreter whose site module meets an exit aborts (Python/pylifecycle.c, init_import_site).
            os._exit(MISCONFIGURED)
        raise SystemExit(MISCONFIGURED) from None
    except Exception as error:
        contain(error, cause="installing into a program")


def _is_starting() -> bool:
    """Tell whether this runs in a sitecustomize: that of an agent may import the frameworks that it instruments."""
    spec = getattr(sys.modules.get("site"), "__spec__", None)
    return bool(getattr(spec, "_initializing", False))
