"""The desk where parcels are packed."""

from shop.platform.desk import Desk
from shop.warehouse.models import Shelf


class PackingDesk(Desk):
    """Shows what is left to pack; the view itself is inherited."""

    title = "packing"

    def open_cases(self) -> dict[str, int]:
        """Return how many products of each kind are on the shelves."""
        return dict(Shelf.objects.values_list("product", "quantity"))
