"""What ``opentelemetry-instrument`` finds: with the extra installed, the program it starts is attributed too."""

from __future__ import annotations

from whose.bootstrap.watching import watch_imports


class WhoseInstrumentor:
    """Stands in the entry points ``opentelemetry_instrumentor``, and does what ``whose run`` does."""

    def instrument(self, **_: object) -> None:
        """Wait for the program to import Celery or set Django up."""
        watch_imports()

    def uninstrument(self, **_: object) -> None:
        """Undo what was installed by then."""
        from whose.runtime import uninstall

        uninstall()
