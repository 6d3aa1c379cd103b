"""What ``opentelemetry-instrument`` finds: with the extra installed, the program it starts is attributed too."""

from __future__ import annotations

import os

from whose.bootstrap.watching import watch_imports


class WhoseInstrumentor:
    """Stands in the entry points ``opentelemetry_instrumentor``, and does what ``whose run`` does."""

    def instrument(self, **_: object) -> None:
        """Wait for the program to import Celery or set Django up."""
        if os.environ.get("WHOSE_DOCTOR_TO"):
            # The launcher's sitecustomize hands over to no other, so the probe of ``whose doctor`` begins here.
            from whose.report.doctor.probe.sitecustomize import watch_for_program

            watch_for_program()
        watch_imports()

    def uninstrument(self, **_: object) -> None:
        """Undo what was installed by then."""
        from whose.runtime import uninstall

        uninstall()
