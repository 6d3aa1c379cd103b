"""Start-up of shipping."""

from django.apps import AppConfig


class ShippingConfig(AppConfig):
    """Has the carriers register their tasks when a worker starts."""

    name = "shop.shipping"

    def ready(self) -> None:
        from shop.shipping import carriers  # noqa: F401 - connects a signal
