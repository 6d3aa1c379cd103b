"""The Django app to name in ``INSTALLED_APPS``: installs everything once Django's apps are ready."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from whose.hosts.django import startup
from whose.hosts.django.checks import check_code_owners


class WhoseConfig(AppConfig):  # type: ignore[misc]
    """Attributes requests, and the work of every other framework found here."""

    name = "whose.hosts.django"
    label = "whose"
    verbose_name = "Code owners"

    def ready(self) -> None:
        """Install, and have the configuration checked with the rest of the project.

        Raises:
            ConfigurationError: with every mistake at once, except under management commands, whose checks show it.

        """
        register(check_code_owners)
        startup.start()
