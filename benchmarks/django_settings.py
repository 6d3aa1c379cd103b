"""Settings of the made-up projects, which edx-django-utils and we read alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import django
from django.conf import settings
from edx_django_utils.monitoring.internal.backends import TelemetryBackend, configured_backends
from edx_django_utils.monitoring.internal.code_owner.utils import clear_cached_mappings, get_code_owner_mappings

from benchmarks.projects import THEMES

NO_OP = "benchmarks.django_settings.NoOpBackend"


class NoOpBackend(TelemetryBackend):  # type: ignore[misc]
    """The peer's way to an agent that takes no time."""

    def set_attribute(self, key: str, value: str) -> None: ...
    def record_exception(self) -> None: ...
    def create_span(self, name: str, operation_name: str | None = None) -> None: ...
    def tag_root_span_with_error(self, exception: BaseException) -> None: ...
    def set_local_root_span_name(self, name: str, group: str | None = None, priority: int | None = None) -> None: ...


def set_up(**others: object) -> None:
    """Configure Django, once in a process."""
    settings.configure(SECRET_KEY="measured", CODE_OWNER_THEMES=THEMES, **others)
    django.setup()


def choose(mappings: Mapping[str, Sequence[str]], *, backend: str = NO_OP) -> None:
    """Give the peer and us a mapping, and the peer a backend; both read them here and not while measured."""
    settings.CODE_OWNER_MAPPINGS = mappings
    settings.OPENEDX_TELEMETRY = [backend]
    clear_cached_mappings()
    get_code_owner_mappings()
    configured_backends.cache_clear()
    if [type(found).__name__ for found in configured_backends()] != [backend.rpartition(".")[2]]:
        raise RuntimeError(f"the peer did not take the backend {backend}")
