"""Start-up of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Has the loyalty programme listen to checkout."""

    name = "shop.accounts"

    def ready(self) -> None:
        from shop.accounts import loyalty  # noqa: F401 - connects a signal
